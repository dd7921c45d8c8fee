using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Signals;

/// <summary>A signal that waits, with what its receiver will be told.</summary>
/// <remarks>Guarded by the lock of <see cref="SignalState"/>.</remarks>
internal unsafe struct QueuedSignal
{
    /// <summary>The next one of the same queue.</summary>
    internal QueuedSignal* Next;

    /// <summary>The timer that this is a part of; null if it is of the pool.</summary>
    internal PosixTimer* Timer;

    private fixed byte _information[SignalInformation.UsedBytes];

    /// <summary>The signal's number.</summary>
    internal readonly int Number
    {
        get
        {
            fixed (byte* information = _information)
            {
                return ((SignalInformation*)information)->Number;
            }
        }
    }

    /// <summary>si_code.</summary>
    internal readonly int Code
    {
        get
        {
            fixed (byte* information = _information)
            {
                return ((SignalInformation*)information)->Code;
            }
        }
    }

    /// <summary>Keeps what the receiver will be told.</summary>
    internal void Set(SignalInformation* from)
    {
        fixed (byte* information = _information)
        {
            Copy(information, (byte*)from);
        }
    }

    /// <summary>Says what the receiver is told.</summary>
    internal readonly void Get(SignalInformation* to)
    {
        *to = default;
        fixed (byte* information = _information)
        {
            Copy((byte*)to, information);
        }
    }

    private static void Copy(byte* to, byte* from)
    {
        for (int i = 0; i < SignalInformation.UsedBytes; i += sizeof(ulong))
        {
            *(ulong*)(to + i) = *(ulong*)(from + i);
        }
    }
}
