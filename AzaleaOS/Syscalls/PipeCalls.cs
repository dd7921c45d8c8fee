using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Pipes;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Making pipes.</summary>
internal static unsafe class PipeCalls
{
    private const uint Permissions = 0x180;

    /// <summary>pipe(2).</summary>
    [Syscall(22)]
    internal static long Pipe(UserPointer<DescriptorPair> descriptors) => Pipe(descriptors, 0);

    /// <summary>pipe2(2).</summary>
    [Syscall(293)]
    internal static long Pipe(UserPointer<DescriptorPair> descriptors, OpenFlags flags)
    {
        const OpenFlags Known = OpenFlags.CloseOnExec | OpenFlags.NonBlocking | OpenFlags.Direct;
        if ((flags & ~Known) != 0)
        {
            return -Errno.EINVAL;
        }

        FileNode* node = FileTree.NewNameless(FileMode.Pipe | Permissions, FileSystemKind.Pipes);
        OpenFlags kept = flags & ~OpenFlags.CloseOnExec;
        OpenFile* reader = node == null ? null : MakeEnd(node, (kept & ~OpenFlags.Direct) | OpenFlags.ReadOnly);
        OpenFile* writer = reader == null ? null : MakeEnd(node, kept | OpenFlags.WriteOnly);
        FileNode.Drop(node);
        if (writer == null)
        {
            if (reader != null)
            {
                OpenFile.Drop(reader);
            }

            return -Errno.ENOMEM;
        }

        return DescriptorPair.Install(reader, writer, (flags & OpenFlags.CloseOnExec) != 0, descriptors);
    }

    private static OpenFile* MakeEnd(FileNode* node, OpenFlags flags)
    {
        OpenFile* file = OpenFile.Create(node, PollableFiles.Pipe, null, flags);
        if (file != null && !Fifo.Attach(file))
        {
            OpenFile.Cancel(file);
            return null;
        }

        return file;
    }
}
