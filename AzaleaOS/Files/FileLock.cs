namespace AzaleaOS.Files;

/// <summary>A lock on part of a file (fcntl) or on all of it (flock).</summary>
internal unsafe struct FileLock
{
    /// <summary>The next lock of the file, in the order of their starts.</summary>
    internal FileLock* Next;

    /// <summary>Whose: an open file, or null for the process.</summary>
    internal OpenFile* Owner;

    /// <summary>The first byte.</summary>
    internal ulong Start;

    /// <summary>The last byte.</summary>
    internal ulong End;

    /// <summary>Nobody else may have a lock; otherwise several may read.</summary>
    internal bool IsExclusive;

    /// <summary>flock's. Locks of the two kinds do not meet.</summary>
    internal bool IsWhole;
}
