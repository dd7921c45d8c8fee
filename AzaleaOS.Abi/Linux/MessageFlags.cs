namespace AzaleaOS.Abi.Linux;

/// <summary>MSG_ constants of send and recv.</summary>
/// <remarks>Source: Linux, include/linux/socket.h.</remarks>
[Flags]
public enum MessageFlags : uint
{
    /// <summary>MSG_OOB.</summary>
    OutOfBand = 1,

    /// <summary>MSG_PEEK: look, and leave it there.</summary>
    Peek = 2,

    /// <summary>MSG_CTRUNC: there was no room for all control data.</summary>
    ControlTruncated = 8,

    /// <summary>MSG_TRUNC: the message was longer; of recv, give its real length.</summary>
    Truncated = 0x20,

    /// <summary>MSG_DONTWAIT.</summary>
    DoNotWait = 0x40,

    /// <summary>MSG_EOR: the end of a record.</summary>
    EndOfRecord = 0x80,

    /// <summary>MSG_WAITALL: fill the buffer.</summary>
    WaitAll = 0x100,

    /// <summary>MSG_ERRQUEUE.</summary>
    ErrorQueue = 0x2000,

    /// <summary>MSG_NOSIGNAL: no SIGPIPE.</summary>
    NoSignal = 0x4000,

    /// <summary>MSG_WAITFORONE: recvmmsg waits for the first message only.</summary>
    WaitForOne = 0x10000,

    /// <summary>MSG_CMSG_CLOEXEC: FD_CLOEXEC for descriptors that come with the message.</summary>
    CloseOnExec = 0x40000000,
}
