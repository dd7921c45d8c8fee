using FsCheck;
using FsCheck.Fluent;
using static AzaleaOS.Tests.Conformance.Differential.Arguments;

namespace AzaleaOS.Tests.Conformance.Differential.Themes;

/// <summary>Pipes, event counters, waiting for several descriptors, and local sockets. Nothing blocks.</summary>
internal static class PipeTheme
{
    private const long NonBlock = 0x800, CloseOnExec = 0x80000;

    private static readonly Gen<Argument> s_pollSet = InOut32([], Descriptor, Of(1, 4, 5, 0x2000, 0x41, 0), Descriptor, Of(1, 4, 5, 0xffff, 0));
    private static readonly Gen<Argument> s_event = In32(Of(1, 4, 5, unchecked((int)0x80000001), 0x40000001, 0x2005, 0x10000001, 0x20000001), Of(42), Of(43));
    private static readonly Gen<Argument> s_vectors = InBehind(Where(), Of(0, 1, 10, 100), Where(), Of(0, 5, 300));
    private static readonly Gen<Argument> s_zero = NotNull(Times((0, 0), (0, 1000)));
    private static readonly Gen<Argument> s_bits = InOut([], Of(0, 8, 0x10, 0x20, 0x78), Of(0));

    // A pipe without readers ends a program that does not catch the signal.
    private static readonly Syscall s_catch = new("rt_sigaction", 13, Of(13), NotNull(In(Own('H'), Of(0x04000004), Own('R'), Of(0))), Of(0), Of(8));

    internal static Theme Theme { get; } = new("pipes and polling",
    [
        new Syscall("pipe2", 293, Where(), Of(NonBlock, NonBlock | CloseOnExec, NonBlock | 0x4000)) { Makes = Product.TwoDescriptors }.Often,
        new Syscall("pipe2", 293, Bad, Of(NonBlock)).Seldom,
        new Syscall("pipe2", 293, Where(), Of(1, 0x40)).Seldom,
        new Syscall("eventfd2", 290, Of(0, 1, 5, -1), Of(NonBlock, NonBlock | 1, NonBlock | CloseOnExec)) { Makes = Product.Descriptor },
        new Syscall("eventfd2", 290, Of(0), Of(2, 4)).Seldom,
        new Syscall("read", 0, Descriptor, Data, Size).Often,
        new Syscall("write", 1, Descriptor, Data, SmallSize).Often,
        new Syscall("write", 1, Descriptor, In(Of(0, 1, 7, -1, -2)), Of(8, 8, 4)),
        new Syscall("readv", 19, Descriptor, s_vectors, Of(1, 2)),
        new Syscall("writev", 20, Descriptor, s_vectors, Of(1, 2)),
        new Syscall("pread64", 17, Descriptor, Data, SmallSize, Position).Seldom,
        new Syscall("lseek", 8, Descriptor, Position, Of(0, 1, 2)).Seldom,
        new Syscall("close", 3, Descriptor),
        new Syscall("dup", 32, Descriptor) { Makes = Product.Descriptor }.Seldom,
        new Syscall("fcntl", 72, Descriptor, Of(1, 3, 1032), Of(0)),
        new Syscall("fcntl", 72, Descriptor, Of(1031), Of(4096, 65536, 100, 1 << 20, -1)).Seldom,
        new Syscall("fstat", 5, Descriptor, Out(('z', 0, 16), ('z', 56, 64))),
        new Syscall("ioctl", 16, Descriptor, Of(0x541b, 0x5401), Out()),
        new Syscall("poll", 7, s_pollSet, Of(1, 2, 0), Of(0)).Often,
        new Syscall("ppoll", 271, s_pollSet, Of(1, 2), NotNull(Times((0, 0), (0, 0), (-1, 0), (0, 1_000_000_000))), Of(0), Of(8)),
        new Syscall("select", 23, Of(0, 5, 7, 8, -1), OrNull(s_bits), OrNull(s_bits), Of(0), NotNull(InOut([], Of(0), Of(0)))),
        new Syscall("pselect6", 270, Of(0, 5, 7, 8, -1), OrNull(s_bits), OrNull(s_bits), Of(0), NotNull(InOut([], Of(0), Of(0))), Of(0)),
        new Syscall("epoll_create1", 291, Of(0, 0, CloseOnExec, 1)) { Makes = Product.Descriptor },
        new Syscall("epoll_create", 213, Of(1, 0, -1)) { Makes = Product.Descriptor }.Seldom,
        new Syscall("epoll_ctl", 233, Descriptor, Around(1, 1, 1, 3, 2), Descriptor, s_event).Often,
        new Syscall("epoll_wait", 232, Descriptor, Out(), Around(4, 1, 2), Of(0)).Often,
        new Syscall("epoll_pwait", 281, Descriptor, Out(), Around(4, 1), Of(0), Of(0), Of(8)),
        new Syscall("epoll_pwait2", 441, Descriptor, Out(), Around(4, 1), s_zero, Of(0), Of(8)).Seldom,
        new Syscall("splice", 275, Descriptor, Of(0), Descriptor, Of(0), SmallSize, Of(2)).Seldom,
        new Syscall("tee", 276, Descriptor, Descriptor, SmallSize, Of(2)).Seldom,
        new Syscall("sendfile", 40, Descriptor, Descriptor, Of(0), SmallSize).Seldom,
        new Syscall("fsync", 74, Descriptor).Seldom,
        new Syscall("ftruncate", 77, Descriptor, Of(0)).Seldom,
        new Syscall("timerfd_create", 283, Of(1), Of(NonBlock)) { Makes = Product.Descriptor }.Seldom,
    ])
    {
        Prelude = [s_catch, new("pipe2", 293, Where(), Of(NonBlock)) { Makes = Product.TwoDescriptors }],
    };

    // No abstract names: those are not in a program's own root directory.
    private static readonly Gen<Argument> s_address = In32(Of(1 + ('s' << 16), 1 + ('t' << 16), 1, 2), Of(0, 0x78));
    private static readonly Gen<Argument> s_addressLength = Of(4, 5, 4, 5, 3, 110, 111, 1, 0, -1);
    private static readonly Gen<Argument> s_type = Of(1 | NonBlock, 2 | NonBlock, 5 | NonBlock, 1 | NonBlock | CloseOnExec, 1 | NonBlock);
    private static readonly Gen<Argument> s_flags = Of(0x40, 0x40, 0x40 | 2, 0x40 | 0x4000, 0x40 | 0x20, 0x40 | 0x100);

    internal static Theme Sockets { get; } = new("local sockets",
    [
        new Syscall("socketpair", 53, Of(1), s_type, Of(0), Where()) { Makes = Product.TwoDescriptors }.Often,
        new Syscall("socketpair", 53, Of(2, 99), Of(1, 2), Of(0, 77), Where()).Seldom,
        new Syscall("socket", 41, Of(1), s_type, Of(0)) { Makes = Product.Descriptor }.Often,
        new Syscall("socket", 41, Of(0, 99, -1), Of(1), Of(0)).Seldom,
        new Syscall("socket", 41, Of(1), Of(0, 3, 99), Of(0, 1)).Seldom,
        new Syscall("bind", 49, Descriptor, s_address, s_addressLength),
        new Syscall("listen", 50, Descriptor, Around(0, 1, 5)),
        new Syscall("connect", 42, Descriptor, s_address, s_addressLength),
        new Syscall("accept4", 288, Descriptor, Of(0), Of(0), Of(NonBlock, NonBlock, 1)) { Makes = Product.Descriptor },
        new Syscall("sendto", 44, Descriptor, Data, SmallSize, s_flags, Of(0), Of(0)).Often,
        new Syscall("sendto", 44, Descriptor, Data, SmallSize, s_flags, s_address, s_addressLength),
        new Syscall("recvfrom", 45, Descriptor, Data, SmallSize, s_flags, Of(0), Of(0)).Often,
        new Syscall("recvfrom", 45, Descriptor, Data, SmallSize, s_flags, Out(), In32(Of(0, 2, 110))),
        new Syscall("read", 0, Descriptor, Data, SmallSize),
        new Syscall("write", 1, Descriptor, Data, SmallSize),
        new Syscall("shutdown", 48, Descriptor, Around(0, 1, 2)),
        new Syscall("close", 3, Descriptor),
        new Syscall("getsockname", 51, Descriptor, Out(), In32(Of(0, 2, 110, -1))),
        new Syscall("getpeername", 52, Descriptor, Out(), In32(Of(0, 2, 110))),
        new Syscall("getsockopt", 55, Descriptor, Of(1, 1, 0, 6), Around(3, 4, 30, 38, 39, 10, 9, 16), Out(), In32(Of(4, 0, 8, -1))),
        new Syscall("setsockopt", 54, Descriptor, Of(1, 1, 0), Around(2, 10, 9, 16, 6, 3), In32(Of(0, 1)), Of(4, 0, 3)),
        new Syscall("poll", 7, s_pollSet, Of(1, 2), Of(0)),
        new Syscall("fstat", 5, Descriptor, Out(('z', 0, 16), ('z', 56, 64))).Seldom,
        new Syscall("ioctl", 16, Descriptor, Of(0x541b, 0x5411), Out()).Seldom,
        new Syscall("lseek", 8, Descriptor, Of(0), Of(0)).Seldom,
        new Syscall("unlink", 87, Gen.Elements("s", "t").Select(name => new Argument(new Text(name)))).Seldom,
    ])
    {
        Prelude = [s_catch, new("socketpair", 53, Of(1), s_type, Of(0), Where()) { Makes = Product.TwoDescriptors }],
    };

    private static Gen<Argument> Where() => from slot in Slot select new Argument(new Place(slot));

}
