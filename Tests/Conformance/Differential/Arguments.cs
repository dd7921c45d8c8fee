using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>Generators of arguments: what programs use, and the edges.</summary>
internal static class Arguments
{
    private const int Slots = 16;
    private const int SlotBytes = 0x400;
    private const long ScratchEnd = Slots * SlotBytes;
    private const long ReadOnly = 0x8000;
    private const long Arena = 0x100000;
    private const long Page = 0x1000;

    /// <summary>Addresses that no call can use: null, unmapped, half mapped, not canonical, the kernel's.</summary>
    private static readonly Word[] s_bad =
    [
        new Number(0), new Number(1), new Place(ScratchEnd), new Place(ScratchEnd + 0x2000), new Number(-1), new Number(0x7ffffffff008),
        new Number(0x800000000000), new Number(unchecked((long)0xffff800000000000)), new Number(unchecked((long)0xffffffff80100000)),
    ];

    /// <summary>An address that cannot be used.</summary>
    internal static Gen<Argument> Bad { get; } = from word in Gen.Elements(s_bad) select new Argument(word);

    /// <summary>A piece of the scratch memory.</summary>
    internal static Gen<long> Slot { get; } = from slot in Gen.Choose(0, Slots - 1) select (long)slot * SlotBytes;

    /// <summary>One of these.</summary>
    internal static Gen<Argument> Of(params long[] values) => from value in Gen.Elements(values) select new Argument(new Number(value));

    /// <summary>One of these, and now and then an edge of the integers.</summary>
    internal static Gen<Argument> Around(params long[] values) => Gen.Frequency(
        (12, Of(values)),
        (1, Of(0, -1, 1, 2, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue, 0x100000000)));

    /// <summary>None, one or some of these bits; seldom one more.</summary>
    internal static Gen<Argument> Flags(params long[] bits) => FlagsOn(0, bits);

    /// <summary>A value with none, one or some of these bits; seldom one more.</summary>
    internal static Gen<Argument> FlagsOn(long always, params long[] bits)
    {
        Gen<long> one = Gen.Elements(bits);
        return from value in Gen.Frequency(
                (3, Gen.Constant(0L)),
                (6, one),
                (4, from a in one from b in one select a | b),
                (2, from some in Gen.SubListOf(bits) select some.Aggregate(0L, (all, bit) => all | bit)),
                (1, from a in one from b in Gen.Choose(0, 31) select a | (1L << b)))
               select new Argument(new Number(value | always));
    }

    /// <summary>A descriptor that an earlier step made, or none that is open.</summary>
    internal static Gen<Argument> Descriptor { get; } = Gen.Frequency(
        (14, Made(Product.Descriptor)),
        (1, Of(-1, 3, 4, 5, 57, 1023, 1024, int.MaxValue, int.MinValue, -100)));

    /// <summary>A timer that an earlier step made, or none.</summary>
    internal static Gen<Argument> TimerId { get; } = Gen.Frequency((12, Made(Product.Timer)), (1, Of(-1, 77, int.MaxValue)));

    /// <summary>A directory descriptor for the calls of the *at family.</summary>
    internal static Gen<Argument> Folder { get; } = Gen.Frequency((8, Of(-100)), (2, Descriptor));

    /// <summary>A path; <c>f</c>, <c>empty</c>, <c>d</c>, <c>d/g</c>, <c>l</c>, <c>dangling</c> and <c>loop</c> exist at first.</summary>
    internal static Gen<Argument> PathName { get; } = Gen.Frequency(
        (20, from path in Gen.Elements("f", "empty", "d", "d/g", "l", "new", "d/new", "new2", "n", "d/n", "nd", "nd/x") select new Argument(new Text(path))),
        (6, from path in Gen.Elements("dangling", "loop", "loop/x", "f/x", "f/", "d/", "d/.", "d/..", ".", "..", "", "missing/x", "l/", "./f", "d/../f", "d//g", "l/x", "/t/", "/missing/x",
            "new/", new string('x', 255), new string('x', 256))
            select new Argument(new Text(path))),
        (1, Bad));

    /// <summary>A path that is looked at, not changed: devices too.</summary>
    internal static Gen<Argument> AnyPath { get; } = Gen.Frequency(
        (10, PathName),
        (1, from path in Gen.Elements("/dev/null", "/dev/zero", "/dev/null/x") select new Argument(new Text(path))));

    /// <summary>Where an earlier step put its descriptor, mapping or timer.</summary>
    internal static Gen<Argument> Made(Product product) => from choice in Gen.Choose(0, 99) select new Argument(new Earlier(product, choice));

    /// <summary>A page, mostly one of the first of the arena, so that ranges meet; or one of the first three of a mapping of eight.</summary>
    /// <remarks>What lies beside a mapping whose place the kernel chose is the kernel's affair: no range leaves the eight pages.</remarks>
    internal static Gen<Argument> Address { get; } = Gen.Frequency(
        (20, from page in Gen.Choose(0, 11) select new Argument(new Place(Arena + (page * Page)))),
        (4, from choice in Gen.Choose(0, 99) from page in Gen.Choose(0, 2) select new Argument(new Earlier(Product.Mapping, choice, page * Page))),
        (1, from page in Gen.Choose(0, 11) from bytes in Gen.Elements(1L, 8, 0x800, 0xfff) select new Argument(new Place(Arena + (page * Page) + bytes))),
        (1, from word in Gen.Elements<Word>(new Number(-Page), new Number(0x7ffffffff000), new Number(0x800000000000), new Number(unchecked((long)0xffff800000000000))) select new Argument(word)));

    /// <summary>A length of memory in bytes.</summary>
    internal static Gen<Argument> Length { get; } = Gen.Frequency(
        (20, from pages in Gen.Choose(1, 6) select new Argument(new Number(pages * Page))),
        (3, Of(1, 0xfff, 0x1001, 0x2fff)),
        (2, Of(0, -1, -Page, long.MinValue, 0x800000000000, 1L << 47)));

    /// <summary>A length of memory in bytes that ends before the stack, whose pages the program needs.</summary>
    internal static Gen<Argument> SafeLength { get; } = Gen.Frequency(
        (20, from pages in Gen.Choose(1, 6) select new Argument(new Number(pages * Page))),
        (3, Of(1, 0xfff, 0x1001, 0x2fff)),
        (2, Of(0, -1, -Page, 0x100000000)));

    /// <summary>A size of a buffer in bytes.</summary>
    internal static Gen<Argument> Size { get; } = Gen.Frequency(
        (12, Of(0, 1, 2, 3, 7, 8, 16, 26, 100, 255, 512, 1000, 1024)),
        (2, Of(4096, 5000, 0x4000)),
        (1, Of(-1, int.MaxValue, long.MaxValue, long.MinValue)));

    /// <summary>A size of a buffer in bytes, never an impossible one.</summary>
    internal static Gen<Argument> SmallSize { get; } = Of(0, 1, 2, 3, 7, 8, 16, 26, 100, 255, 512, 1000, 1024, 4096, 5000);

    /// <summary>A position in a file.</summary>
    internal static Gen<Argument> Position { get; } = Gen.Frequency(
        (10, Of(0, 1, 10, 512, 4095, 4096, 5000, 9999, 10000, 10001, 20000)),
        (2, Of(-1, -10, -10001, long.MaxValue, long.MinValue, 1L << 40)));

    /// <summary>A pointer to a structure that the call fills.</summary>
    /// <param name="normalise">What differs from run to run: the script's letters, with offsets in the structure.</param>
    internal static Gen<Argument> Out(params (char What, long Offset, long Count)[] normalise) => Gen.Frequency(
        (16, from slot in Slot select new Argument(new Place(slot), [], [.. normalise.Select(one => Normalise(one, slot))])),
        (1, Bad),
        (1, Gen.Constant(new Argument(new Place(ReadOnly)))));

    /// <summary>The same, or null.</summary>
    internal static Gen<Argument> OutOrNull(params (char What, long Offset, long Count)[] normalise)
        => Gen.Frequency((4, Out(normalise)), (1, Of(0)));

    /// <summary>A buffer for bytes.</summary>
    internal static Gen<Argument> Data { get; } = Gen.Frequency(
        (20, from slot in Slot select new Argument(new Place(slot))),
        (1, Bad),
        (1, Gen.Constant(new Argument(new Place(ReadOnly)))),
        (1, Gen.Constant(new Argument(new Place(ScratchEnd - 10)))));

    /// <summary>A buffer whose first bytes can be read: the tmpfs of Linux makes a file larger also by a write that fails.</summary>
    internal static Gen<Argument> ReadableData { get; } = Gen.Frequency(
        (20, from slot in Slot select new Argument(new Place(slot))),
        (1, Gen.Constant(new Argument(new Place(ReadOnly)))),
        (1, Gen.Constant(new Argument(new Place(ScratchEnd - 10)))));

    /// <summary>A pointer to 64-bit words that the call reads.</summary>
    internal static Gen<Argument> In(params Gen<Argument>[] fields) => InAt(isWide: true, [], fields);

    /// <summary>The same behind the first 768 bytes of a piece: no buffer of those bytes overwrites it while the call reads it.</summary>
    internal static Gen<Argument> InBehind(params Gen<Argument>[] fields) => InAt(isWide: true, [], fields, 0x300);

    /// <summary>The same where null would mean to wait for ever.</summary>
    internal static Gen<Argument> NotNull(Gen<Argument> argument) => from one in argument select one.Word == new Number(0) ? new Argument(new Number(1)) : one;

    /// <summary>Seconds and nanoseconds.</summary>
    internal static Gen<Argument> Times(params (long Seconds, long Nanoseconds)[] times) => InPairs([], 1, times);

    /// <summary>An interval and a time, each in seconds and nanoseconds.</summary>
    internal static Gen<Argument> Intervals(params (long Seconds, long Nanoseconds)[] times) => InPairs([], 2, times);

    /// <summary>A pointer to 32-bit words that the call reads.</summary>
    internal static Gen<Argument> In32(params Gen<Argument>[] fields) => InAt(isWide: false, [], fields);

    /// <summary>A pointer to 32-bit words that the call reads and writes.</summary>
    internal static Gen<Argument> InOut32((char What, long Offset, long Count)[] normalise, params Gen<Argument>[] fields) => InAt(isWide: false, normalise, fields);

    /// <summary>A pointer to 64-bit words that the call reads and writes.</summary>
    internal static Gen<Argument> InOut((char What, long Offset, long Count)[] normalise, params Gen<Argument>[] fields) => InAt(isWide: true, normalise, fields);

    /// <summary>What the generator gives, or null.</summary>
    internal static Gen<Argument> OrNull(Gen<Argument> argument) => Gen.Frequency((4, argument), (1, Of(0)));

    /// <summary>One of several generators.</summary>
    internal static Gen<Argument> Either(params Gen<Argument>[] arguments) => Gen.OneOf(arguments);

    /// <summary>A word that only the running program knows.</summary>
    internal static Gen<Argument> Own(char name) => Gen.Constant(new Argument(new Special(name)));

    /// <summary>A time that is over soon, or wrong; never null.</summary>
    internal static Gen<Argument> ShortTime { get; } = NotNull(Times((0, 0), (0, 1), (0, 1000), (0, 100_000), (0, 2_000_000), (-1, 0), (0, -1), (0, 1_000_000_000), (0, long.MaxValue)));

    // In the upper half of a piece, where no other structure overwrites it: a call would wait for ever.
    private static Gen<Argument> InPairs((char What, long Offset, long Count)[] normalise, int count, (long Seconds, long Nanoseconds)[] times) =>
        from slot in Slot.Select(slot => slot + (SlotBytes / 2))
        from pairs in Gen.ListOf(Gen.Elements(times), count)
        from bad in Gen.Frequency((16, Gen.Constant<Argument?>(null)), (1, Bad.Select(Argument? (one) => one)))
        select bad ?? new Argument(
            new Place(slot),
            [new Poke(slot, true, [.. pairs.SelectMany(pair => new Word[] { new Number(pair.Seconds), new Number(pair.Nanoseconds) })])],
            [.. normalise.Select(one => Normalise(one, slot))]);

    private static Gen<Argument> InAt(bool isWide, (char What, long Offset, long Count)[] normalise, Gen<Argument>[] fields, long behind = 0) => Gen.Frequency(
        (16, from slot in Slot.Select(slot => slot + behind)
             from words in Gen.CollectToArray(fields)
             select new Argument(
                 new Place(slot),
                 [.. words.SelectMany(word => word.Before), new Poke(slot, isWide, [.. words.Select(word => word.Word)])],
                 [.. normalise.Select(one => Normalise(one, slot))])),
        (1, Bad));

    private static string Normalise((char What, long Offset, long Count) one, long slot)
        => string.Create(CultureInfo.InvariantCulture, $"{one.What}{slot + one.Offset:x}{(one.Count > 0 ? "," + one.Count.ToString("x", CultureInfo.InvariantCulture) : "")}");
}
