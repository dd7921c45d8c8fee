namespace AzaleaOS.Abi.Linux;

/// <summary>What poll and epoll say about a file: POLLIN and its relatives. The same bits are EPOLLIN and so on.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/poll.h and include/uapi/linux/eventpoll.h.</remarks>
public static class PollEvents
{
    /// <summary>POLLIN: there is something to read, or the end of the file.</summary>
    public const uint In = 1;

    /// <summary>POLLPRI: something urgent.</summary>
    public const uint Priority = 2;

    /// <summary>POLLOUT: a write would not block.</summary>
    public const uint Out = 4;

    /// <summary>POLLERR.</summary>
    public const uint Error = 8;

    /// <summary>POLLHUP: the other side is gone.</summary>
    public const uint HangUp = 0x10;

    /// <summary>POLLNVAL: no such descriptor.</summary>
    public const uint Invalid = 0x20;

    /// <summary>POLLRDNORM.</summary>
    public const uint ReadNormal = 0x40;

    /// <summary>POLLRDBAND.</summary>
    public const uint ReadBand = 0x80;

    /// <summary>POLLWRNORM.</summary>
    public const uint WriteNormal = 0x100;

    /// <summary>POLLWRBAND.</summary>
    public const uint WriteBand = 0x200;

    /// <summary>POLLMSG.</summary>
    public const uint Message = 0x400;

    /// <summary>POLLRDHUP: the other side will send nothing more.</summary>
    public const uint ReadHangUp = 0x2000;

    /// <summary>What most files say when there is something to read.</summary>
    public const uint Readable = In | ReadNormal;

    /// <summary>What most files say when there is room.</summary>
    public const uint Writable = Out | WriteNormal;

    /// <summary>What a file says that never makes anybody wait.</summary>
    public const uint Always = Readable | Writable;

    /// <summary>EPOLLEXCLUSIVE: of several epoll descriptors one is enough.</summary>
    public const uint Exclusive = 1u << 28;

    /// <summary>EPOLLWAKEUP: keeps a machine awake; this one does not sleep.</summary>
    public const uint WakeUp = 1u << 29;

    /// <summary>EPOLLONESHOT: told once, then disabled.</summary>
    public const uint OneShot = 1u << 30;

    /// <summary>EPOLLET: told when something happens, not as long as it lasts.</summary>
    public const uint Edge = 1u << 31;
}
