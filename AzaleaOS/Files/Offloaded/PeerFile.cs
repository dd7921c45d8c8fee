namespace AzaleaOS.Files.Offloaded;

/// <summary>A file of the peer that is mapped here: its pages are those that somebody touched.</summary>
/// <remarks>
/// <para>
/// Each file has one, however often and by whomever it is mapped, so that all mappings share its pages. It lives until nothing maps it.
/// The pages are in <see cref="FileNode.Pages"/>, dirty ones marked. The node's DataLock is held by whoever brings pages, writes them back,
/// takes them away, or changes the file at the peer. An application's memory is not touched under it.
/// </para>
/// <para>
/// Only <see cref="PeerFiles"/> writes the first six fields; the rest is guarded by the DataLock.
/// </para>
/// </remarks>
internal unsafe struct PeerFile
{
    /// <summary>The next one.</summary>
    internal PeerFile* Next;

    /// <summary>What areas have as their file; its Object leads back here.</summary>
    internal FileNode* Node;

    /// <summary>The file system at the peer.</summary>
    internal ulong Device;

    /// <summary>The file in it.</summary>
    internal ulong Inode;

    /// <summary>By which it is read.</summary>
    internal OpenFile* Reader;

    /// <summary>By which it is written; null as long as nobody could map it so.</summary>
    internal OpenFile* Writer;

    /// <summary>Bytes, when it was last looked at.</summary>
    internal ulong Size;

    /// <summary>The page behind those that were brought last.</summary>
    internal ulong NextPage;

    /// <summary>How many pages were asked for then.</summary>
    internal int Window;
}
