using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Files;

namespace AzaleaOS.Loader;

/// <summary>Descriptors 0, 1 and 2 as a program finds them.</summary>
internal static unsafe class StandardFiles
{
    private const uint PipePermissions = 0x180;

    /// <summary>Opens them.</summary>
    /// <param name="streams">What they lead to.</param>
    /// <returns>False when memory is exhausted, or an archive put something else where the console was to be.</returns>
    internal static bool Open(in StandardStreams streams)
    {
        FileNode* console = null;
        bool isOpen = TryOpen(0, streams.Input, OpenFlags.ReadOnly, ref console)
            && TryOpen(1, streams.Output, OpenFlags.WriteOnly, ref console)
            && TryOpen(2, streams.Error, OpenFlags.WriteOnly, ref console);
        if (isOpen && streams.Input != StreamKind.Console)
        {
            SerialInput.Continue();
            ConsoleWriter.Listen();
        }

        return isOpen;
    }

    private static bool TryOpen(int descriptor, StreamKind kind, OpenFlags flags, ref FileNode* console)
    {
        FileNode* node;
        if (kind == StreamKind.Pipe)
        {
            node = FileTree.NewNameless(FileMode.Pipe | PipePermissions, FileSystemKind.Pipes);
        }
        else
        {
            // Where there is none, it stays null.
            _ = console == null ? PathWalker.Walk(FileTree.Root, "/dev/console"u8, follow: true, out console) : 0;
            node = console;
        }

        if (node == null)
        {
            return false;
        }

        if (kind == StreamKind.Pipe)
        {
            // Through /dev/stdin and its like it can be opened again.
            node->Operations = FileOperations.Stream;
            node->Object = (void*)(nuint)descriptor;
        }

        // Whoever opens a terminal for a program opens it once, for everything.
        flags = kind == StreamKind.Pipe ? flags : OpenFlags.ReadWrite;
        FileOperations* operations = kind == StreamKind.Pipe ? FileOperations.Stream : Devices.Find(FileMode.CharacterDevice, Devices.Console);
        OpenFile* file = OpenFile.Create(node, operations, (void*)(nuint)descriptor, flags | OpenFlags.LargeFile);
        return file != null && DescriptorTable.Add(file, descriptor, false) == descriptor;
    }
}
