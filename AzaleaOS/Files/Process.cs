using System.Runtime.CompilerServices;

namespace AzaleaOS.Files;

/// <summary>The one process of a unikernel.</summary>
internal static unsafe class Process
{
    /// <summary>getpid's answer. Not 1: programs take that for the init process, which is something else.</summary>
    internal static readonly int Id = 2;

    /// <summary>getppid's answer: an init process that does nothing.</summary>
    internal const int ParentId = 1;

    private static FileNode* s_workingDirectory;
    private static FileNode* s_root;
    private static AddressList s_addresses;

    /// <summary>The working directory. Read under <see cref="FileTree.Lock"/>; who sets it keeps its own reference.</summary>
    internal static FileNode* WorkingDirectory
    {
        get => s_workingDirectory;
        set => Exchange(ref s_workingDirectory, value);
    }

    /// <summary>The directory that "/" means. As <see cref="WorkingDirectory"/>.</summary>
    internal static FileNode* Root
    {
        get => s_root;
        set => Exchange(ref s_root, value);
    }

    /// <summary>umask: permissions that new files do not get.</summary>
    internal static uint FileModeMask { get; set; } = 0x12;

    /// <summary>Bytes of memory that the machine has.</summary>
    internal static ulong TotalMemory { get; set; }

    /// <summary>Ends the application with an exit status, 0 to 255. Does not return. Set by whoever started it.</summary>
    internal static delegate*<int, void> End { get; set; }

    /// <summary>The program's file; null before there is one. It does not change.</summary>
    internal static FileNode* Program { get; set; }

    /// <summary>Where the program was put: by <see cref="ProgramAddress"/>. Written before it starts.</summary>
    internal static Span<ulong> Addresses => s_addresses;

    /// <summary>Forgets the directories: the tree is a new one.</summary>
    internal static void Initialize()
    {
        s_root = s_workingDirectory = FileTree.Root;
        FileNode.Hold(FileTree.Root);
        FileNode.Hold(FileTree.Root);
    }

    private static void Exchange(ref FileNode* place, FileNode* node)
    {
        FileNode.Hold(node);
        FileTree.Lock.Enter();
        FileNode* old = place;
        place = node;
        FileTree.Lock.Exit();
        FileNode.Drop(old);
    }

    [InlineArray((int)ProgramAddress.Count)]
    private struct AddressList
    {
        private ulong _first;
    }
}
