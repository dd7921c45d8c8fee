using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct signalfd_siginfo: a signal that is read from a descriptor. Which fields are there depends on the signal and its code; the others are 0.</summary>
/// <remarks>Source: Linux, include/uapi/linux/signalfd.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct SignalRecord
{
    /// <summary>ssi_signo.</summary>
    [FieldOffset(0)] public int Number;

    /// <summary>ssi_errno.</summary>
    [FieldOffset(4)] public int Error;

    /// <summary>ssi_code, of <see cref="SignalCode"/>.</summary>
    [FieldOffset(8)] public int Code;

    /// <summary>ssi_pid: who sent it.</summary>
    [FieldOffset(12)] public int Process;

    /// <summary>ssi_uid.</summary>
    [FieldOffset(16)] public uint User;

    /// <summary>ssi_tid of a POSIX timer.</summary>
    [FieldOffset(24)] public int Timer;

    /// <summary>ssi_overrun: how often the timer fired beyond once.</summary>
    [FieldOffset(32)] public int Overrun;

    /// <summary>ssi_int, of a timer or sigqueue(3): the low half of <see cref="Value"/>.</summary>
    [FieldOffset(44)] public int ShortValue;

    /// <summary>ssi_ptr.</summary>
    [FieldOffset(48)] public ulong Value;

    /// <summary>ssi_addr of a fault.</summary>
    [FieldOffset(72)] public ulong Address;
}
