using FsCheck;
using FsCheck.Fluent;
using static AzaleaOS.Tests.Conformance.Differential.Arguments;

namespace AzaleaOS.Tests.Conformance.Differential.Themes;

/// <summary>Signals that a process sends itself.</summary>
internal static class SignalTheme
{
    private const long Information = 4, Restorer = 0x04000000, OnStack = 0x08000000, Restart = 0x10000000, NoDefer = 0x40000000, Reset = 0x80000000;

    // Without those that would stop or kill the process.
    private static readonly Gen<Argument> s_handled = Of(10, 12, 14, 34, 40, 64, 17, 23, 28);
    private static readonly Gen<Argument> s_any = Gen.Frequency((20, s_handled), (2, Of(0, -1, 65, 1000, int.MaxValue)));
    private static readonly Gen<Argument> s_set = In(Of(0, 0x200, 0x800, 0x2000, 0x200 | 0x800, 1L << 33, 1L << 39, -1, unchecked((long)0x8000000000000000)));

    private static readonly Gen<Argument> s_action = In(
        Gen.Frequency((8, Own('H')), (1, Of(1)), (1, Of(0))),
        FlagsOn(Information | Restorer, OnStack, Restart, NoDefer, Reset, 1, 2, 0x400, 0x800),
        Own('R'),
        Of(0, 0, 0x200, 0x800, -1));

    private static readonly Gen<Argument> s_handle = In(Own('H'), Of(Information | Restorer, Information | Restorer | Restart, Information | Restorer | OnStack), Own('R'), Of(0, 0x200, -1));

    // The structure's number, error, code, and the value of sigqueue.
    private static readonly Gen<Argument> s_queued = In32(Of(10), Of(0), Of(-1, -1, -2, -6, -60), Of(0), Own('P'), Of(0), Of(1, 42, -1), Of(0, 1));
    private static readonly Gen<Argument> s_atOnce = NotNull(Times((0, 0), (0, 1000), (0, -1), (-1, 0), (0, 1_000_000_000)));
    private static readonly (char, long, long)[] s_sender = [('p', 16, 0)];

    private static readonly Syscall s_install = new("rt_sigaction", 13, s_handled, s_handle, Of(0), Of(8));

    internal static Theme Theme { get; } = new("signals",
    [
        s_install.Often,
        new Syscall("rt_sigaction", 13, s_any, OrNull(s_action), OutOrNull(), Around(8)),
        new Syscall("rt_sigaction", 13, Of(9, 19, 11, 4, 8), OrNull(s_handle), Out(), Of(8)).Seldom,
        new Syscall("rt_sigprocmask", 14, Around(0, 1, 2, 3), OrNull(s_set), OutOrNull(), Around(8)).Often,
        new Syscall("rt_sigpending", 127, Out(), Of(8, 8, 8, 4, 0, 16)),
        new Syscall("kill", 62, Own('P'), s_any),
        new Syscall("kill", 62, Of(0x3fffffff, int.MinValue), s_any).Seldom,
        new Syscall("tkill", 200, Own('T'), s_any).Often,
        new Syscall("tgkill", 234, Own('P'), Own('T'), s_any).Often,
        new Syscall("tgkill", 234, Of(0, -1, 0x3fffffff), Of(0, -1, 0x3fffffff), s_any).Seldom,
        new Syscall("tkill", 200, Of(0, -1, 0x3fffffff), s_any).Seldom,
        new Syscall("rt_sigqueueinfo", 129, Own('P'), s_any, s_queued),
        new Syscall("rt_tgsigqueueinfo", 297, Own('P'), Own('T'), s_any, s_queued),
        new Syscall("rt_sigtimedwait", 128, s_set, OutOrNull(s_sender), s_atOnce, Around(8)),
        new Syscall("sigaltstack", 131, OrNull(In(Gen.Constant(new Argument(new Place(0x10000))), Of(0, 0, 2, 1, 4, unchecked((long)0x80000000)), Of(0x2000, 0x2000, 100, 0))), OutOrNull(('z', 12, 4))),
        new Syscall("signalfd4", 289, Of(-1), s_set, Of(8), Of(0x800, 0x80800, 1)) { Makes = Product.Descriptor },
        new Syscall("signalfd4", 289, Descriptor, s_set, Around(8), Of(0x800)).Seldom,
        new Syscall("read", 0, Descriptor, Out(('p', 12, 0)), Of(128, 128, 256, 127, 0)),
        new Syscall("getpid", 39) { Comparison = 'p' },
        new Syscall("restart_syscall", 219).Seldom,
        new Syscall("nanosleep", 35, ShortTime, OutOrNull()).Seldom,
    ])
    {
        Prelude = [.. new long[] { 10, 12, 14, 34, 40, 64 }.Select(signal => s_install with { Arguments = [Of(signal), s_handle, Of(0), Of(8)] })],
    };

    /// <summary>Processor faults that a handler gets, and those that end the process.</summary>
    internal static Theme Faults { get; } = new("faults",
    [
        new Syscall("rt_sigaction", 13, Of(11, 11, 7), s_handle, Of(0), Of(8)),
        new Syscall("mprotect", 10, Address, Length, Of(0, 1, 3)),
        new Syscall("munmap", 11, Address, Length),
        new Syscall("rt_sigprocmask", 14, Of(0, 1, 2), s_set, OutOrNull(), Of(8)).Seldom,
    ])
    {
        Prelude =
        [
            new("rt_sigaction", 13, Of(11), s_handle, Of(0), Of(8)),
            new("mmap", 9, Gen.Constant(new Argument(new Place(0x100000))), Of(0x4000), Of(3), Of(0x32), Of(-1), Of(0)) { Comparison = 'm', Makes = Product.Mapping },
        ],
        Others =
        [
            (10, from address in Address select new ScriptStep(0, "kr", null, [address.Word], [], [])),
            (10, from address in Address select new ScriptStep(0, "kw", null, [address.Word], [], [])),
            (1, from address in Of(0, 1, 0x7ffffffff000, 0x800000000000) select new ScriptStep(0, "kr", null, [address.Word], [], [])),
        ],
    };
}
