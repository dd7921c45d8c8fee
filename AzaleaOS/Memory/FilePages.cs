using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>How mapped files give their pages. Set once by the layer of files.</summary>
/// <remarks>
/// Frames belong to the file; mappings borrow them. All are called with the address space's lock held, so
/// they take spin locks only and do not touch the application's memory. Before a file frees frames it
/// takes them out of its index and calls <see cref="AddressSpace.DropFilePages"/>.
/// </remarks>
internal static unsafe class FilePages
{
    /// <summary>
    /// The frame of a page of a file: file, index of the page, whether it will be written to, frame. 0; -ENXIO where the file has
    /// no such page; -ENOMEM; -EAGAIN where the page is to be brought first. What lies behind the file's end in its last page is zeros.
    /// </summary>
    internal static delegate*<void*, ulong, bool, FrameNumber*, long> Take;

    /// <summary>One more area maps the file: file, whether it is shared and may become writable.</summary>
    internal static delegate*<void*, bool, void> Retain;

    /// <summary>Makes a hole, of whole pages: file, first byte, behind the last. Called without the lock, for a file that is retained. 0, -EPERM.</summary>
    internal static delegate*<void*, ulong, ulong, long> Punch;

    /// <summary>
    /// Brings pages that are somewhere else and owed in a range: first address, bytes. Waits, without the lock. How many were brought, or
    /// -ENXIO, -EIO, -ENOMEM for the first that cannot be. Null where all files are here.
    /// </summary>
    internal static delegate*<ulong, ulong, long> Bring;

    /// <summary>Writes back what was written to pages of files that are somewhere else. Waits. Null where all files are here.</summary>
    internal static delegate*<void> WriteBack;

    /// <summary>One area less. The file must not be freed before the call returns.</summary>
    internal static delegate*<void*, bool, void> Release;
}
