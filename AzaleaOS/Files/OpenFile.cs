using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files;

/// <summary>An open file: what descriptors that were duplicated from each other have in common.</summary>
internal unsafe struct OpenFile
{
    /// <summary>What can be done with it.</summary>
    internal FileOperations* Operations;

    /// <summary>The file.</summary>
    internal FileNode* Node;

    /// <summary>Where the next read begins, bytes; for a directory, the position of an entry.</summary>
    internal long Position;

    /// <summary>A directory's entry behind which <see cref="Position"/> is, so that a long directory is read in one go.</summary>
    internal DirectoryEntry* LastRead;

    /// <summary>How it was opened.</summary>
    internal OpenFlags Flags;

    /// <summary>Descriptors that lead here.</summary>
    internal int References;

    /// <summary>Opened for reading.</summary>
    internal readonly bool CanRead
        => (Flags & OpenFlags.Path) == 0 && (Flags & OpenFlags.AccessMask) is OpenFlags.ReadOnly or OpenFlags.ReadWrite;

    /// <summary>Opened for writing.</summary>
    internal readonly bool CanWrite
        => (Flags & OpenFlags.Path) == 0 && (Flags & OpenFlags.AccessMask) is OpenFlags.WriteOnly or OpenFlags.ReadWrite;
}
