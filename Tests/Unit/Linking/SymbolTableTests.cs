using System.Text;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Linking;
using AzaleaOS.Diagnostics;
using AzaleaOS.Tests.Unit.Elf;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using FrameState = AzaleaOS.Abi.SymbolTableFormat.FrameState;

namespace AzaleaOS.Tests.Unit.Linking;

public sealed class SymbolTableTests
{
    [Property(MaxTest = 200)]
    public Property What_the_build_writes_the_kernel_reads()
        => Prop.ForAll(Functions.ToArbitrary(), functions =>
        {
            byte[] bytes = SymbolTableBuilder.Encode(functions);
            foreach (SymbolTableFunction function in functions)
            {
                foreach (ulong offset in Offsets(function))
                    AssertFound(bytes, function, offset);
                Assert.Equal(
                    functions.Any(f => function.Address + function.Size >= f.Address && function.Address + function.Size < f.Address + f.Size),
                    new SymbolTable(bytes).TryFind(function.Address + function.Size, out _));
            }

            Assert.False(new SymbolTable(bytes).TryFind(functions[0].Address - 1, out _));
        });

    [Property(MaxTest = 300)]
    public Property A_damaged_table_gives_an_answer_or_none_and_never_a_crash()
    {
        byte[] original = Sample();
        Gen<(int At, byte Value)> change = Gen.Choose(0, original.Length - 1).Or(Gen.Choose(0, 60))
            .SelectMany(_ => Gen.Choose(0, 255).Or(Gen.Elements(0, 0x7f, 0x80, 0xff)), (at, value) => (at, (byte)value));
        Gen<int> length = Gen.Frequency((2, Gen.Constant(original.Length)), (1, Gen.Choose(0, original.Length)));
        ulong[] addresses = [.. ElfImage.Of(CompiledSample.Object).Functions.SelectMany(f => new[] { f.Address, f.Address + (f.Size / 2), f.End - 1 })];
        return Prop.ForAll(change.NonEmptyListOf().ToArbitrary(), length.ToArbitrary(), (changes, size) =>
        {
            byte[] bytes = [.. original];
            foreach ((int at, byte value) in changes)
                bytes[at] = value;
            foreach (ulong address in addresses)
                new SymbolTable(bytes.AsSpan(0, size)).TryFind(address, out _);
        });
    }

    [Fact]
    public void The_real_compilers_functions_lines_and_frames_are_found_at_every_instruction()
    {
        ElfImage image = ElfImage.Of(CompiledSample.Object);
        LineTable lines = LineTable.Read(image);
        CallFrameTable frames = CallFrameTable.Read(image);
        using var names = new MethodNames([CompiledSample.Assembly]);
        byte[] bytes = Sample();
        foreach (ElfFunction function in image.Functions)
        {
            for (ulong address = function.Address; address < function.End; address++)
            {
                Assert.True(new SymbolTable(bytes).TryFind(address, out SymbolTable.Symbol symbol));
                Assert.Equal(function.Address, symbol.Start);
                Assert.Equal(names.Of(function.Names), FullName(symbol));
                Assert.Equal(lines.Find(address)?.Line ?? 0, symbol.Line);
                AssertFrame(frames.Find(address), symbol.Frame);
            }
        }
    }

    [Fact]
    public void The_real_compilers_table_is_small()
    {
        ElfImage image = ElfImage.Of(CompiledSample.Object);
        Assert.InRange(Sample().Length, 1, image.Functions.Count * 60);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(47)]
    public void Without_a_header_there_is_no_table(int length)
    {
        var table = new SymbolTable(new byte[length]);
        Assert.True(table.IsEmpty);
        Assert.False(table.TryFind(0, out _));
    }

    [Fact]
    public void A_table_of_no_functions_finds_nothing()
    {
        var table = new SymbolTable(SymbolTableBuilder.Encode([]));
        Assert.False(table.IsEmpty);
        Assert.False(table.TryFind(0, out _));
        Assert.False(table.TryFind(ulong.MaxValue, out _));
    }

    internal static Gen<List<SymbolTableFunction>> Functions =>
        from first in Gen.Choose(1, 1 << 20)
        from parts in Function.NonEmptyListOf()
        select Place(0xffff_ffff_8000_0000 + (ulong)first, parts);

    private static Gen<(SymbolTableFunction Function, int Gap)> Function =>
        from size in Gen.Choose(1, 3000)
        from gap in Gen.Frequency((3, Gen.Choose(0, 15)), (1, Gen.Choose(16, 1 << 22)))
        from type in Gen.Elements("", "AzaleaOS.Cpu.Apic", "AzaleaOS.Memory.Frames", "Übersicht.Ä")
        from name in Gen.Elements("", "Start", ".ctor", "a_symbol_of_an_assembler_method", "Größe")
        from file in Gen.Elements("", "Apic.cs", "Frames.cs", "Other.cs", "Ä.cs")
        from lines in Rows(size, Gen.Choose(0, 5000).Or(Gen.Constant(0)))
        from frames in Rows(size, Frame)
        select (new SymbolTableFunction(0, (ulong)size, type, name, file, lines, [.. frames.Select(f => f.Item2 with { Address = f.Item1 })]), gap);

    private static Gen<CallFrameRow> Frame =>
        from kind in Gen.Elements(CallFrameBase.Unknown, CallFrameBase.Outermost, CallFrameBase.Rsp, CallFrameBase.Rbp)
        from offset in Gen.Choose(0, 100)
        from rbp in Gen.Elements<long?>(null, -16, -24)
        from rsp in Gen.Elements<long?>(null, -16)
        from signal in Gen.Elements(true, false)
        select kind == CallFrameBase.Unknown
            ? CallFrameRow.Unknown(0)
            : new CallFrameRow(0, kind, offset * 8, signal ? -40 : -8, rbp, rsp, signal);

    private static Gen<List<(uint, T)>> Rows<T>(int size, Gen<T> value)
        => from offsets in Gen.Choose(0, size - 1).ListOf()
           from values in Gen.ListOf(value, offsets.Count)
           select offsets.Distinct().Order().Zip(values, (o, v) => ((uint)o, v)).ToList();

    private static List<SymbolTableFunction> Place(ulong address, IEnumerable<(SymbolTableFunction Function, int Gap)> parts)
    {
        var placed = new List<SymbolTableFunction>();
        foreach ((SymbolTableFunction function, int gap) in parts)
        {
            placed.Add(function with { Address = address });
            address += function.Size + (ulong)gap;
        }

        return placed;
    }

    private static IEnumerable<ulong> Offsets(SymbolTableFunction function)
        => function.Lines.Select(l => (ulong)l.Offset).Concat(function.Frames.Select(f => f.Address))
            .SelectMany(o => new[] { o, o - 1, o + 1 }).Append(0UL).Append(function.Size - 1).Where(o => o < function.Size).Distinct();

    private static void AssertFound(byte[] bytes, SymbolTableFunction function, ulong offset)
    {
        Assert.True(new SymbolTable(bytes).TryFind(function.Address + offset, out SymbolTable.Symbol symbol));
        Assert.Equal(function.Address, symbol.Start);
        Assert.Equal(function.Type, Encoding.UTF8.GetString(symbol.Type));
        Assert.Equal(function.Name, Encoding.UTF8.GetString(symbol.Name));
        string typeFile = $"{function.Type[(function.Type.LastIndexOf('.') + 1)..]}.cs";
        Assert.Equal(function.File, symbol.IsFileOfType ? typeFile : Encoding.UTF8.GetString(symbol.File));
        Assert.Equal(function.Lines.LastOrDefault(l => l.Offset <= offset).Line, symbol.Line);
        CallFrameRow? row = function.Frames.Any(f => f.Address <= offset) ? function.Frames.Last(f => f.Address <= offset) : null;
        AssertFrame(row, symbol.Frame);
    }

    private static void AssertFrame(CallFrameRow? row, SymbolTable.FrameRule found)
    {
        if (row is not { } expected || expected.Base == CallFrameBase.Unknown)
        {
            Assert.Equal(FrameState.None, found.Flags);
            return;
        }

        FrameState flags = expected.Base switch
        {
            CallFrameBase.Rsp => FrameState.FromRsp,
            CallFrameBase.Rbp => FrameState.FromRbp,
            _ => FrameState.Outermost,
        };
        if (expected.SavedRbp is not null)
            flags |= FrameState.SavedRbp;
        if (expected.SavedRsp is not null)
            flags |= FrameState.SavedRsp;
        if (expected.IsSignalFrame)
            flags |= FrameState.Interrupted;
        Assert.Equal(
            (flags, expected.BaseOffset, expected.ReturnAddress, expected.SavedRbp ?? 0, expected.SavedRsp ?? 0),
            (found.Flags, found.Base, found.ReturnAddress, found.Rbp, found.Rsp));
    }

    private static string FullName(SymbolTable.Symbol symbol)
    {
        string name = Encoding.UTF8.GetString(symbol.Name);
        return symbol.Type.IsEmpty ? name : $"{Encoding.UTF8.GetString(symbol.Type)}.{name}";
    }

    private static byte[] Sample()
    {
        using var names = new MethodNames([CompiledSample.Assembly]);
        return SymbolTableBuilder.Build(CompiledSample.Object, names);
    }
}
