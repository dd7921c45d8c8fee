namespace AzaleaOS.Files;

/// <summary>How the kernel generates files: /proc and /sys. A null entry: the node is an ordinary one in this respect.</summary>
internal unsafe struct NodeOperations
{
    /// <summary>
    /// Finds a name in a directory, and brings that entry up to date before: directory, name, its <see cref="DirectoryIndex.Hash"/>, the
    /// entry that is there now or null. Under the tree's lock: does not block.
    /// </summary>
    internal delegate*<FileNode*, ReadOnlySpan<byte>, uint, DirectoryEntry*, DirectoryEntry*> Find;

    /// <summary>Brings all entries of a directory up to date, before it is listed. There if <see cref="Find"/> is. Under the tree's lock: does not block.</summary>
    internal delegate*<FileNode*, void> List;

    /// <summary>The text of a symbolic link: link, buffer, room; bytes or a negated errno. Under the tree's lock.</summary>
    internal delegate*<FileNode*, byte*, int, long> ReadLink;

    /// <summary>
    /// What a symbolic link leads to whatever its text says, with a reference for the caller; null: there is nothing.
    /// Under the tree's lock.
    /// </summary>
    internal delegate*<FileNode*, FileNode*> Follow;
}
