using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>What an address space asks of page tables and frames.</summary>
/// <remarks>
/// Addresses and lengths are multiples of the page size and lie in the application's half. Set once
/// at boot to the page tables, and by tests to memory of the host. Called with the address space's
/// lock held. When a call returns, no core reaches what the pages were before.
/// </remarks>
internal unsafe struct UserPages
{
    /// <summary>Gives every page of the range that has none a frame filled with zeros, with this protection.</summary>
    /// <remarks>
    /// Start, length, protection (never None), placement, log2 of the frames that must follow each other (0, or a
    /// large page's). False when memory is exhausted; the pages made so far stay, the caller releases them.
    /// </remarks>
    internal delegate*<ulong, ulong, Protection, in MemoryPolicy, int, bool> Populate;

    /// <summary>
    /// The same for small pages, some of which may not be there yet, though they have their frames: start, length, protection, placement, whether
    /// a page was there before.
    /// </summary>
    internal delegate*<ulong, ulong, Protection, in MemoryPolicy, out bool, bool> Promise;

    /// <summary>
    /// Lets a page be there that was promised, and some after it, if those before it are in use: page, end of what may be provided, protection. False if
    /// it was not promised.
    /// </summary>
    internal delegate*<ulong, ulong, Protection, bool> Fill;

    /// <summary>Takes the pages of the range away and returns their frames, except borrowed ones; pages that are not there are skipped.</summary>
    /// <remarks>Cannot fail after <see cref="CanCut"/>.</remarks>
    internal delegate*<ulong, ulong, void> Release;

    /// <summary>Whether memory allows for releasing or moving exactly this range: it may begin or end inside a large page.</summary>
    internal delegate*<ulong, ulong, bool> CanCut;

    /// <summary>
    /// Changes the protection of those pages of the range that are there. None makes a page
    /// inaccessible and keeps its frame and contents. False when there is no memory for a page table: then
    /// nothing, or only a first part, has changed.
    /// </summary>
    internal delegate*<ulong, ulong, Protection, bool> Protect;

    /// <summary>
    /// Moves the pages of a range with their contents: from, to, length. Nothing is mapped at the new place. False when there
    /// is no memory for page tables: then nothing has moved.
    /// </summary>
    internal delegate*<ulong, ulong, ulong, bool> Move;

    /// <summary>Maps one page to a frame that stays somebody else's: page, frame, protection, whether a writer gets a copy. False without memory.</summary>
    internal delegate*<ulong, FrameNumber, Protection, bool, bool> Borrow;

    /// <summary>
    /// Maps a range to memory of the kernel, which it keeps for ever; who writes gets a copy: start, first byte, length, protection.
    /// A single page that was lent is replaced. False, and nothing has changed, without memory, or where this memory cannot be mapped. Null where none can.
    /// </summary>
    internal delegate*<ulong, byte*, ulong, Protection, bool> Lend;

    /// <summary>As <see cref="AddressSpace.LendOver"/>.</summary>
    internal delegate*<PromotedPage*, uint, byte*, ulong, ulong, ulong, Protection, uint> LendOver;

    /// <summary>Maps one page to a new frame with the contents of another: page, frame, protection, placement. A page that is there is replaced. False without memory.</summary>
    internal delegate*<ulong, FrameNumber, Protection, in MemoryPolicy, bool> Copy;

    /// <summary>Gives a 4 KiB page that is there another frame, of a node, with the same contents: page, protection, node. False without memory.</summary>
    internal delegate*<ulong, Protection, int, bool> Relocate;

    /// <summary>Which node a frame is of.</summary>
    internal delegate*<FrameNumber, int> NodeOf;

    /// <summary>What is at an address, and how many bytes from there on are alike at least.</summary>
    internal delegate*<ulong, out ulong, UserPage> Query;

    /// <summary>Bytes between two addresses that have a frame.</summary>
    internal delegate*<ulong, ulong, ulong> CountPresent;

    /// <summary>Bytes of memory that are free now; some more are kept for pages that are owed.</summary>
    internal delegate*<ulong> FreeBytes;
}
