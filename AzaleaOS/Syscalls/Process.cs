using AzaleaOS.Files;

namespace AzaleaOS.Syscalls;

/// <summary>The one process of a unikernel.</summary>
internal static unsafe class Process
{
    /// <summary>getpid's answer. Not 1: programs take that for the init process, which is something else.</summary>
    internal static readonly int Id = 2;

    /// <summary>getppid's answer: an init process that does nothing.</summary>
    internal const int ParentId = 1;

    /// <summary>The working directory.</summary>
    internal static FileNode* WorkingDirectory { get; set; }

    /// <summary>umask: permissions that new files do not get.</summary>
    internal static uint FileModeMask { get; set; } = 0x12;

    /// <summary>Bytes of memory that the machine has.</summary>
    internal static ulong TotalMemory { get; set; }

    /// <summary>Ends the application with an exit status, 0 to 255. Does not return. Set by whoever started it.</summary>
    internal static delegate*<int, void> End { get; set; }
}
