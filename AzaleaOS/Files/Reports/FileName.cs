using AzaleaOS.Diagnostics;

namespace AzaleaOS.Files.Reports;

/// <summary>How /proc calls a file: its path, or what stands for one where it has no name.</summary>
internal static unsafe class FileName
{
    /// <summary>Writes the name. The tree's lock is held.</summary>
    /// <param name="node">The file.</param>
    /// <param name="operations">For a file that all descriptors of a kind share: which kind. Null where that is not known.</param>
    /// <param name="to">Where: from its beginning. Large enough for a path.</param>
    /// <returns>Bytes, or -ERANGE.</returns>
    internal static long Write(FileNode* node, FileOperations* operations, Span<byte> to)
    {
        int length = 0;
        bool isReachable = true;
        if (node->FileSystem < FileSystemKind.Pipes)
        {
            length = (int)PathWalker.PathOf(Process.Root, node, to, out isReachable);
            if (length < 0)
            {
                return length;
            }

            to[^length..].CopyTo(to);
        }

        TextBuffer text = new(to, length);
        text.Append(node->FileSystem switch
        {
            FileSystemKind.Pipes => "pipe:["u8,
            FileSystemKind.Sockets => "socket:["u8,
            FileSystemKind.Anonymous => PollableFiles.NameOf(operations),
            FileSystemKind.Memory => "/memfd: (deleted)"u8,
            _ => isReachable || node->Links != 0 ? default : " (deleted)"u8,
        });
        if (node->FileSystem is FileSystemKind.Pipes or FileSystemKind.Sockets)
        {
            text.Append(node->Inode);
            text.Append((byte)']');
        }

        return text.Length;
    }
}
