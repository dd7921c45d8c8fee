using FsCheck;
using FsCheck.Fluent;
using static AzaleaOS.Tests.Conformance.Differential.Arguments;

namespace AzaleaOS.Tests.Conformance.Differential.Themes;

/// <summary>Futexes of one thread: what does not wait, and what waits until a time is over.</summary>
internal static class FutexTheme
{
    private const long PrivateFlag = 128, RealTime = 256;

    // Words that hold a thread's number are others than the plain ones, and are shown as such: numbers differ.
    private static readonly Gen<long> s_plainSlot = from slot in Gen.Choose(0, 7) select (long)slot * 0x400;
    private static readonly Gen<long> s_ownerSlot = from slot in Gen.Choose(8, 15) select (long)slot * 0x400;
    private static readonly Gen<Argument> s_any = Gen.Frequency(
        (12, Word(s_plainSlot, Of(0, 0x3fffff00, 0x3ffffe00, -1), [])),
        (2, from slot in s_plainSlot select new Argument(new Place(slot))),
        (1, from slot in s_plainSlot from bytes in Gen.Choose(1, 3) select new Argument(new Place(slot + bytes))),
        (1, Bad));

    private static readonly Gen<Argument> s_owned = Gen.Frequency(
        (8, Word(s_ownerSlot, Gen.Frequency((4, Of(0)), (3, Of(0x3fffff00, -1)), (2, Own('T')), (1, Of(unchecked((int)0x80000000), 0x40000000))), ["o"])),
        (4, from slot in s_ownerSlot select new Argument(new Place(slot), [], [Owner(slot)])),
        (1, Bad));

    private static readonly Gen<Argument> s_value = Of(0, 0x3fffff00, 0x3ffffe00, -1);
    private static readonly Gen<Argument> s_operation = from operation in Gen.Elements(0L, 0, 1, 1, 3, 4, 5, 9, 10, 2, 14, 100)
                                                        from more in Gen.Elements(0L, 0, PrivateFlag, PrivateFlag, RealTime, PrivateFlag | RealTime)
                                                        select new Argument(new Number(operation | more));

    // A size where a thread's number is expected could be the number of a thread of Linux's own.
    private static Gen<Argument> Plain => from slot in s_plainSlot select new Argument(new Place(slot));

    private static Gen<Argument> Operation(params long[] operations) => from operation in Gen.Elements(operations)
                                                                        from more in Gen.Elements(0L, PrivateFlag)
                                                                        select new Argument(new Number(operation | more));

    internal static Theme Theme { get; } = new("futex",
    [
        new Syscall("futex", 202, s_any, Operation(0), s_value, ShortTime),
        new Syscall("futex", 202, s_any, Operation(9, 9 | RealTime), s_value, NotNull(Times((0, 0), (0, 1), (1, 0), (-1, 0), (0, 1_000_000_000))), Of(0), Of(-1, 1, 0)),
        new Syscall("futex", 202, s_any, Operation(1), Around(0, 1, int.MaxValue)),
        new Syscall("futex", 202, s_any, Operation(10), Around(0, 1), Of(0), Of(0), Of(-1, 1, 0)),
        new Syscall("futex", 202, s_any, Operation(3, 4), Around(0, 1, 2), Around(0, 1, -1), s_any, s_value),
        new Syscall("futex", 202, s_any, Operation(5), Around(0, 1), Around(0, 1), s_any, Wake()),
        new Syscall("futex", 202, s_owned, Operation(8), s_value).Often,
        new Syscall("futex", 202, s_owned, Operation(7), Of(0)).Often,
        new Syscall("futex", 202, s_owned, Operation(6, 13), Of(0), NotNull(Times((0, 0), (0, 1), (1, 0), (-1, 0), (0, 1_000_000_000)))),
        new Syscall("futex", 202, s_any, s_operation, s_value, ShortTime, s_any, s_value),
        new Syscall("futex_waitv", 449, In(s_value, WordOf(), Of(2, 2, 0x82, 0, 4), s_value, WordOf(), Of(2, 0x82)), Of(1, 2, 0, 129), Of(0, 0, 1), NotNull(Times((0, 0), (0, 1), (1, 0), (-1, 0), (0, 1_000_000_000))), Of(1, 0, 2)).Seldom,
        new Syscall("set_robust_list", 273, Out(), Of(24, 23)).Seldom,
        new Syscall("get_robust_list", 274, Of(0), Either(Plain, Bad), Either(Plain, Bad)).Seldom,
        new Syscall("sched_yield", 24).Seldom,
    ]);

    private static Gen<Argument> Word(Gen<long> slots, Gen<Argument> value, string[] after)
        => from slot in slots
           from one in value
           select new Argument(new Place(slot), [new Poke(slot, false, [one.Word])], after.Length > 0 ? [Owner(slot)] : []);

    private static string Owner(long slot) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"o{slot:x}");

    // FUTEX_OP(operation, argument, comparison, comparison's argument).
    private static Gen<Argument> Wake() => from operation in Gen.Elements(0L, 1, 2, 3, 4, 5, 6)
                                           from shift in Gen.Elements(0L, 8)
                                           from comparison in Gen.Elements(0L, 1, 2, 3, 4, 5, 6)
                                           from argument in Gen.Elements(0L, 1, 5, 0x7ff, 0xfff, 33)
                                           from other in Gen.Elements(0L, 1, 0xfff)
                                           select new Argument(new Number(((operation | shift) << 28) | (comparison << 24) | (argument << 12) | other));

    private static Gen<Argument> WordOf() => from slot in Slot select new Argument(new Place(slot));
}
