using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>siginfo_t. Which fields are there depends on the signal and its code; the others are 0.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/siginfo.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct SignalInformation
{
    /// <summary>Bytes that the kernel looks at; those behind are zero.</summary>
    public const int UsedBytes = 48;

    /// <summary>si_signo.</summary>
    [FieldOffset(0)] public int Number;

    /// <summary>si_errno.</summary>
    [FieldOffset(4)] public int Error;

    /// <summary>si_code, of <see cref="SignalCode"/>.</summary>
    [FieldOffset(8)] public int Code;

    /// <summary>si_pid: who sent it.</summary>
    [FieldOffset(16)] public int Process;

    /// <summary>si_uid.</summary>
    [FieldOffset(20)] public uint User;

    /// <summary>si_timerid of a POSIX timer.</summary>
    [FieldOffset(16)] public int Timer;

    /// <summary>si_overrun: how often the timer fired beyond once.</summary>
    [FieldOffset(20)] public int Overrun;

    /// <summary>si_value, of a timer or sigqueue(3).</summary>
    [FieldOffset(24)] public ulong Value;

    /// <summary>si_addr of a fault.</summary>
    [FieldOffset(16)] public ulong Address;

    /// <summary>si_status, of SIGCHLD.</summary>
    [FieldOffset(24)] public int Status;

    /// <summary>si_utime, of SIGCHLD.</summary>
    [FieldOffset(32)] public long UserTime;

    /// <summary>si_stime, of SIGCHLD.</summary>
    [FieldOffset(40)] public long SystemTime;

    /// <summary>si_band of SIGPOLL.</summary>
    [FieldOffset(16)] public long Band;

    /// <summary>si_fd of SIGPOLL.</summary>
    [FieldOffset(24)] public int Descriptor;
}
