using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>What an address space asks of page tables and frames.</summary>
/// <remarks>
/// Addresses and lengths are multiples of the page size and lie in the application's half. Set once
/// at boot to the page tables, and by tests to memory of the host.
/// </remarks>
internal unsafe struct UserPages
{
    /// <summary>Gives every page of the range that has none a frame filled with zeros, with this protection.</summary>
    /// <remarks>
    /// Start, length, protection (never None). False when memory is exhausted; the pages made so far
    /// stay, the caller releases them.
    /// </remarks>
    internal delegate*<ulong, ulong, Protection, bool> Populate;

    /// <summary>Takes the pages of the range away and returns their frames; pages without a frame are skipped.</summary>
    internal delegate*<ulong, ulong, void> Release;

    /// <summary>
    /// Changes the protection of those pages of the range that have a frame. None makes a page
    /// inaccessible and keeps its frame and contents. False when there is no memory for a page table: then
    /// nothing, or only a first part, has changed.
    /// </summary>
    internal delegate*<ulong, ulong, Protection, bool> Protect;

    /// <summary>Bytes of memory that are free now.</summary>
    internal delegate*<ulong> FreeBytes;
}
