using FsCheck;
using static AzaleaOS.Tests.Conformance.Differential.Arguments;

namespace AzaleaOS.Tests.Conformance.Differential.Themes;

/// <summary>Clocks and timers.</summary>
internal static class TimeTheme
{
    private static readonly Gen<Argument> s_clock = Around(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16);
    private static readonly (char, long, long)[] s_time = [('t', 0, 0)];
    private static readonly (char, long, long)[] s_interval = [('u', 0, 0), ('u', 16, 0)];
    private static readonly (char, long, long)[] s_timer = [('t', 16, 0)];

    // Far away, or off: nothing expires while a program runs.
    private static readonly Gen<Argument> s_far = Intervals((0, 0), (4_000_000_000, 0), (4_000_000_000, 999_999_999), (4_000_000_000, 1_000_000_000), (4_000_000_000, -1), (-1, 0));

    internal static Theme Theme { get; } = new("time",
    [
        new Syscall("clock_gettime", 228, s_clock, Out(s_time)).Often,
        new Syscall("clock_getres", 229, s_clock, OutOrNull()),
        new Syscall("clock_settime", 227, Of(1, 2, 4, 5, 7, 16, -1), In(Of(1), Of(0))),
        new Syscall("gettimeofday", 96, OutOrNull(('u', 0, 0)), OutOrNull(('z', 0, 8))),
        new Syscall("time", 201, OutOrNull(('z', 0, 8))) { Comparison = 'v' },
        new Syscall("nanosleep", 35, ShortTime, OutOrNull()),
        new Syscall("clock_nanosleep", 230, Of(0, 1, 7, 3, 4, 11, -1, 99), Of(0, 0, 0, 1, 2), ShortTime, OutOrNull()),
        new Syscall("timer_create", 222, Of(0, 1, 7, 2, 3, 1, -6, -2, 4, 12, int.MaxValue), In(Of(0, 1, 42), Of(10 + (1L << 32), 12 + (1L << 32), 1L << 32, 10 + (2L << 32), 99 + (1L << 32), 34), Of(0)), Out(('k', 0, 0))) { Makes = Product.Timer }.Often,
        new Syscall("timer_settime", 223, TimerId, Of(0, 0, 1, 2), s_far, OutOrNull(s_timer)),
        new Syscall("timer_gettime", 224, TimerId, Out(s_timer)),
        new Syscall("timer_getoverrun", 225, TimerId),
        new Syscall("timer_delete", 226, TimerId),
        new Syscall("setitimer", 38, Around(0, 1, 2), s_far, OutOrNull(s_interval)),
        new Syscall("getitimer", 36, Around(0, 1, 2), Out(s_interval)),
        new Syscall("alarm", 37, Of(0, 0, 1000)),
        new Syscall("timerfd_create", 283, Around(0, 1, 7, 2), Of(0x800, 0x80800, 0x801, 0x800)) { Makes = Product.Descriptor }.Often,
        new Syscall("timerfd_settime", 286, Descriptor, Of(0, 0, 1, 2, 3, 4), s_far, OutOrNull(s_timer)),
        new Syscall("timerfd_gettime", 287, Descriptor, Out(s_timer)),
        new Syscall("read", 0, Descriptor, Data, Of(0, 4, 8, 16)),
        new Syscall("adjtimex", 159, Bad).Seldom,
        new Syscall("times", 100, OutOrNull(('z', 0, 32))) { Comparison = 'v' },
    ]);
}
