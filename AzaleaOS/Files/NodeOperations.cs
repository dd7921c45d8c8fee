namespace AzaleaOS.Files;

/// <summary>How the kernel generates files: /proc and /sys. A null entry: the node is an ordinary one in this respect.</summary>
internal unsafe struct NodeOperations
{
    /// <summary>
    /// Brings a directory's entries up to date, with <see cref="FileTree.Add"/> and <see cref="FileTree.Remove"/>, before
    /// a name is looked up in it, or before it is listed (then the name is empty). Under the tree's lock: does not block.
    /// </summary>
    internal delegate*<FileNode*, ReadOnlySpan<byte>, void> Update;

    /// <summary>The text of a symbolic link: link, buffer, room; bytes or a negated errno. Under the tree's lock.</summary>
    internal delegate*<FileNode*, byte*, int, long> ReadLink;

    /// <summary>
    /// What a symbolic link leads to whatever its text says, with a reference for the caller; null: there is nothing.
    /// Under the tree's lock.
    /// </summary>
    internal delegate*<FileNode*, FileNode*> Follow;
}
