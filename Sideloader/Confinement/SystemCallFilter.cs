using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Confinement;

/// <summary>The system calls that remain: files of the guest, memory, threads, and what .NET itself needs.</summary>
/// <remarks>
/// No other program, no other process, no network, nothing of the administrator's. What is not on the list gets -EPERM. Linux
/// remembers for each number whether the filter lets it pass whatever the arguments are, so those do not run it.
/// Source: Linux, Documentation/userspace-api/seccomp_filter.rst; arch/x86/entry/syscalls/syscall_64.tbl.
/// </remarks>
internal static unsafe class SystemCallFilter
{
    private const long SetFilter = 317;
    private const int FilterMode = 1;
    private const int AllThreads = 1;

    private const uint Architecture = 0xC000_003E;
    private const uint KillProcess = 0x8000_0000;
    private const uint Allow = 0x7FFF_0000;
    private const uint Error = 0x0005_0000;

    // BPF_LD | BPF_W | BPF_ABS, BPF_JMP | BPF_JEQ, BPF_JMP | BPF_JSET, BPF_RET. Source: include/uapi/linux/bpf_common.h.
    private const ushort Load = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfSet = 0x45;
    private const ushort Return = 0x06;

    // struct seccomp_data: nr, arch, instruction_pointer, args[6]. The low halves of the arguments.
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint FirstArgument = 16;
    private const uint SecondArgument = 24;

    private const ushort IOCtl = 16;
    private const ushort Socket = 41;
    private const ushort SocketPair = 53;
    private const ushort Clone = 56;
    private const ushort SendSignalToThread = 234;
    private const ushort Limits = 302;
    private const ushort Clone3 = 435;
    private const uint UnixFamily = 1;
    private const uint NewThread = 0x1_0000;
    private const uint NewNamespaces = 0x7E02_0000;
    private const uint TypeIntoTerminal = 0x5412;
    private const uint ControlLinuxConsole = 0x541C;

    /// <summary>Calls that pass with any arguments.</summary>
    private static ReadOnlySpan<ushort> Allowed =>
    [
        // Open files.
        0, 1, 2, 3, 4, 5, 6, 7, 8, 17, 18, 19, 20, 21, 32, 33, 40, 72, 73, 74, 75, 77, 187, 217, 221, 257, 275, 276, 277, 285, 292, 295, 296, 306, 319, 326, 327, 328, 332, 436, 437, 451,
        // Names and attributes.
        76, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 137, 138, 188, 189, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199,
        258, 259, 260, 262, 263, 264, 265, 266, 267, 268, 269, 280, 316, 439, 452,
        // Waiting.
        22, 23, 24, 35, 213, 219, 228, 229, 230, 232, 233, 253, 254, 255, 270, 271, 281, 283, 286, 287, 290, 291, 293, 294, 441,
        // Sockets that there are.
        42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 54, 55, 288,
        // Memory.
        9, 10, 11, 12, 25, 26, 27, 28, 149, 150, 237, 238, 239, 318, 324, 325,
        // Threads, signals and the process itself.
        13, 14, 15, 39, 60, 61, 63, 96, 97, 98, 99, 100, 102, 104, 107, 108, 110, 111, 121, 124, 125, 131, 140, 143, 145, 146, 147, 157, 158, 160,
        186, 201, 202, 203, 204, 218, 231, 247, 273, 274, 309, 334,
    ];

    /// <summary>Sets the filter for all threads, for good.</summary>
    internal static void Enter(Action<string> log)
    {
        Instruction[] program = Assemble((uint)Environment.ProcessId);
        fixed (Instruction* first = program)
        {
            var filter = new Program { Length = (ushort)program.Length, First = (nint)first };
            long result = Libc.SystemCall(SetFilter, FilterMode, (void*)AllThreads, &filter, 0, null);
            if (result == 0)
                return;
            if (result < 0 && Libc.LastError is Errno.ENOSYS or Errno.EINVAL)
            {
                log("this kernel has no filters of system calls (seccomp): the daemon may make all that its user may");
                return;
            }

            throw new LinuxException(result > 0 ? Errno.EBUSY : Libc.LastError, "set a filter of system calls");
        }
    }

    /// <summary>The filter as a program of the classic packet filter.</summary>
    /// <param name="process">This process's number.</param>
    internal static Instruction[] Assemble(uint process)
    {
        var program = new List<Instruction>
        {
            new(Load, 0, 0, ArchitectureOffset),
            new(JumpIfEqual, 1, 0, Architecture),
            new(Return, 0, 0, KillProcess),
            new(Load, 0, 0, NumberOffset),
        };
        // The C library takes clone instead, whose flags can be looked at.
        Add(Clone3, [new(Return, 0, 0, Error | (uint)Errno.ENOSYS)]);
        Add(Clone, [new(Load, 0, 0, FirstArgument), new(JumpIfSet, 1, 0, NewNamespaces), new(JumpIfSet, 1, 0, NewThread), .. Verdicts()]);
        Add(IOCtl, [new(Load, 0, 0, SecondArgument), new(JumpIfEqual, 1, 0, TypeIntoTerminal), new(JumpIfEqual, 0, 1, ControlLinuxConsole), .. Verdicts()]);
        Add(Socket, OnlyIf(UnixFamily));
        Add(SocketPair, OnlyIf(UnixFamily));
        Add(SendSignalToThread, OnlyIf(process));
        Add(Limits, [new(Load, 0, 0, FirstArgument), new(JumpIfEqual, 2, 0, 0), new(JumpIfEqual, 1, 0, process), .. Verdicts()]);
        foreach (ushort call in Allowed)
            Add(call, [new(Return, 0, 0, Allow)]);
        program.Add(new(Return, 0, 0, Error | (uint)Errno.EPERM));
        return [.. program];

        void Add(ushort call, Instruction[] then)
        {
            program.Add(new(JumpIfEqual, 0, (byte)then.Length, call));
            program.AddRange(then);
        }

        static Instruction[] OnlyIf(uint first) => [new(Load, 0, 0, FirstArgument), new(JumpIfEqual, 1, 0, first), .. Verdicts()];

        // First no, then yes.
        static Instruction[] Verdicts() => [new(Return, 0, 0, Error | (uint)Errno.EPERM), new(Return, 0, 0, Allow)];
    }

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 16)]
    private struct Program
    {
        [FieldOffset(0)] internal ushort Length;
        [FieldOffset(8)] internal nint First;
    }
}
