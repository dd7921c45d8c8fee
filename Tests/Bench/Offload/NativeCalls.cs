using System.Runtime.InteropServices;

namespace AzaleaOS.Bench.Offload;

/// <summary>What the channel is compared with: the same calls, made by this process.</summary>
internal static unsafe partial class NativeCalls
{
    /// <summary>The system call's number on x86-64.</summary>
    private const long GetPid = 39;

    /// <summary>A system call that does next to nothing.</summary>
    internal static void Null() => SystemCall(GetPid);

    [LibraryImport("libc", EntryPoint = "pread")]
    internal static partial nint Read(int descriptor, void* buffer, nuint length, long offset);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long SystemCall(long number);
}
