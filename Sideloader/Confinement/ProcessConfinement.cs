using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Confinement;

/// <summary>Takes from this process what it does not need, so that a guest who got hold of it could hurt only its own files.</summary>
/// <remarks>
/// In two steps, since .NET has threads before the first line of a program runs, and Landlock and capabilities belong to a thread:
/// the first step restricts the calling thread and has it execute the program once more; the second, in that, sets the filter
/// of system calls for all threads. Source: Linux man pages landlock(7), seccomp(2), capabilities(7).
/// </remarks>
public static unsafe class ProcessConfinement
{
    /// <summary>Set to the process's number by the first step. Who sets it by himself takes only his own protection away.</summary>
    private const string Marker = "AZALEA_CONFINED_PROCESS";

    private const int NoNewPrivileges = 38;
    private const int DropBound = 24;
    private const int CoreLimit = 4;
    private const long CloseRange = 436;
    private const int CloseOnExec = 4;
    private const int FirstDescriptor = 3;
    private const int HighestCapability = 63;

    // CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID: what root does with files.
    private const ulong KeptCapabilities = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 4;

    /// <summary>
    /// Confines this process. Called first in a command: the program starts anew with the same arguments, and this returns in that.
    /// Descriptors 0, 1 and 2 stay open, no others.
    /// </summary>
    /// <exception cref="LinuxException">Linux refused something that every kernel since 5.9 has.</exception>
    public static void Enter(ConfinementPlan plan)
    {
        if (Environment.GetEnvironmentVariable(Marker) != $"{Environment.ProcessId}")
        {
            Restrict(plan);
            Restart();
        }

        SystemCallFilter.Enter(plan.Log);
    }

    private static void Restrict(ConfinementPlan plan)
    {
        LinuxException.ThrowIfFailed(Libc.ControlProcess(NoNewPrivileges, 1, 0, 0, 0), "give up new privileges");
        // Not root: there are none to drop.
        for (int capability = 0; Libc.GetUser() == 0 && capability <= HighestCapability; capability++)
        {
            if ((KeptCapabilities >> capability & 1) == 0 && Libc.ControlProcess(DropBound, (nuint)capability, 0, 0, 0) < 0)
                break;
        }

        // The memory of the guest is not for a file in somebody's directory.
        var none = new ResourceLimit();
        LinuxException.ThrowIfFailed(Libc.SetLimit(CoreLimit, &none), "forbid core dumps");
        Landlock.Restrict(plan);
        LinuxException.ThrowIfFailed(Libc.SystemCall(CloseRange, FirstDescriptor, (void*)uint.MaxValue, (void*)CloseOnExec, 0, null), "close what was inherited");
    }

    /// <summary>Executes this program once more, with what it was started with.</summary>
    private static void Restart()
    {
        byte[] arguments = File.ReadAllBytes("/proc/self/cmdline");
        // Diagnostics of .NET make sockets in /tmp. The heap has a bound: no request allocates.
        byte[] environment = [.. File.ReadAllBytes("/proc/self/environ"), .. Encoding.UTF8.GetBytes(
            $"{Marker}={Environment.ProcessId}\0DOTNET_EnableDiagnostics=0\0DOTNET_GCHeapHardLimit=0x10000000\0")];
        fixed (byte* argumentText = arguments, environmentText = environment, path = "/proc/self/exe\0"u8)
        {
            byte** argumentList = Split(argumentText, arguments.Length);
            byte** environmentList = Split(environmentText, environment.Length);
            _ = Libc.Execute(path, argumentList, environmentList);
            LinuxException failure = LinuxException.Last("start this program again, confined");
            NativeMemory.Free(argumentList);
            NativeMemory.Free(environmentList);
            throw failure;
        }
    }

    /// <summary>Pointers to texts that end in a zero each, and a null pointer at the end.</summary>
    private static byte** Split(byte* texts, int length)
    {
        int count = new ReadOnlySpan<byte>(texts, length).Count((byte)0);
        var list = (byte**)NativeMemory.Alloc((nuint)(count + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < count; i++)
        {
            list[i] = texts;
            texts += MemoryMarshal.CreateReadOnlySpanFromNullTerminated(texts).Length + 1;
        }

        list[count] = null;
        return list;
    }
}
