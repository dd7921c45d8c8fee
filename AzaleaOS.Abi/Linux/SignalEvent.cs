using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct sigevent: how a POSIX timer makes itself heard.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/siginfo.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct SignalEvent
{
    /// <summary>SIGEV_SIGNAL: a signal to the process.</summary>
    public const int Signal = 0;

    /// <summary>SIGEV_NONE: not at all.</summary>
    public const int None = 1;

    /// <summary>SIGEV_THREAD: the C library's; a signal to the kernel.</summary>
    public const int Thread = 2;

    /// <summary>SIGEV_THREAD_ID: a signal to one thread.</summary>
    public const int ThreadId = 4;

    /// <summary>sigev_value.</summary>
    [FieldOffset(0)] public ulong Value;

    /// <summary>sigev_signo.</summary>
    [FieldOffset(8)] public int Number;

    /// <summary>sigev_notify.</summary>
    [FieldOffset(12)] public int Notify;

    /// <summary>sigev_notify_thread_id.</summary>
    [FieldOffset(16)] public int Target;
}
