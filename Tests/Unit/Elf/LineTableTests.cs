using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Elf;

public sealed class LineTableTests
{
    private static readonly string[] s_files = ["First.cs", "Second.cs", "Third.cs"];

    [Property(MaxTest = 300)]
    public Property Rows_are_read_as_they_were_written()
    {
        Gen<(int Step, int File, int Line)> row = Gen.Choose(1, 400).SelectMany(
            _ => Gen.Choose(0, 2).SelectMany(_ => Gen.Choose(1, 3000), (file, line) => (file, line)),
            (step, place) => (step, place.file, place.line));
        Gen<(int Version, bool Is64)> format = Gen.Elements(2, 3, 4, 5).SelectMany(_ => Gen.Elements(true, false), (version, is64) => (version, is64));
        return Prop.ForAll(row.NonEmptyListOf().ToArbitrary(), format.ToArbitrary(), (steps, format) =>
        {
            ulong address = 0xffff_ffff_8010_0000;
            var rows = new List<(ulong Address, int File, int Line)>();
            foreach ((int step, int file, int line) in steps)
                rows.Add((address += (ulong)step, file, line));
            ulong end = address + 5;

            LineTable table = Read(LineProgram.Write(format.Version, format.Is64, rows, end, s_files));
            Assert.Equal(rows.Select(r => new LineRow(r.Address, $"/folder/{s_files[r.File]}", r.Line)).Append(new LineRow(end, "", 0)), table.Rows);
            Assert.Null(table.Find(rows[0].Address - 1));
            Assert.Null(table.Find(end));
            Assert.Equal(rows[^1].Line, table.Find(end - 1)?.Line);
        });
    }

    [Fact]
    public void Units_of_several_versions_may_follow_each_other()
    {
        byte[] both =
        [
            .. LineProgram.Write(4, false, [(0x1000, 0, 7)], 0x1010, s_files),
            .. LineProgram.Write(5, true, [(0x2000, 1, 9)], 0x2010, s_files),
        ];
        LineTable table = Read(both);
        Assert.Equal(new LineRow(0x1000, "/folder/First.cs", 7), table.Find(0x100f));
        Assert.Null(table.Find(0x1010));
        Assert.Equal(new LineRow(0x2000, "/folder/Second.cs", 9), table.Find(0x2001));
    }

    [Fact]
    public void The_compilers_calls_have_the_lines_of_the_source()
    {
        ElfImage image = ElfImage.Of(CompiledSample.Object);
        LineTable table = LineTable.Read(image);
        Assert.True(image.TryGetAddress("sample_deep", out ulong deep));
        LineRow row = Assert.IsType<LineRow>(table.Find(deep));
        Assert.Equal("Sample.cs", Path.GetFileName(row.File));
        Assert.InRange(row.Line, CompiledSample.LineOf("private static int Deep"), CompiledSample.LineOf("if (n == 0)"));
        ElfFunction function = image.FunctionAt(deep)!;
        Assert.Contains(CompiledSample.LineOf("int below = "), table.Within(function.Address, function.End).Select(r => r.Line));
    }

    [Fact]
    public void A_function_without_lines_does_not_get_those_of_the_one_before()
    {
        var writer = new ElfObjectWriter();
        ElfObjectSection text = writer.Section(".text");
        text.Append(new byte[32]);
        writer.Define("first", text, 0, 16);
        writer.Define("second", text, 16, 16);
        ElfObjectSection lines = writer.AddSection(".debug_line", ElfSectionType.ProgramBits, ElfSectionAttributes.None);
        lines.Append(LineProgram.Write(4, false, [(0, 0, 7)], 32, s_files));
        lines.Relocate(IndexOf(LineProgram.Write(4, false, [(0, 0, 7)], 32, s_files), [0, 9, 2]) + 3, ElfRelocationType.Absolute64, writer.Reference("first"), 0);
        ElfImage image = ElfImage.Of(ElfFile.Parse(writer.ToArray(), "test.o"));
        Assert.True(image.TryGetAddress("first", out ulong first));
        LineTable table = LineTable.Read(image);
        Assert.Equal(7, table.Find(first + 15)?.Line);
        Assert.Null(table.Find(first + 16));
    }

    [Theory]
    [InlineData(0, "ends too early")]
    [InlineData(4, "version")]
    [InlineData(14, "a line range")]
    public void Damage_is_named(int at, string message)
    {
        byte[] unit = LineProgram.Write(4, false, [(0x1000, 0, 7)], 0x1010, s_files);
        unit[at] = at == 0 ? (byte)0xfe : at == 4 ? (byte)99 : (byte)0;
        BuildException error = Assert.Throws<BuildException>(() => Read(unit));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static LineTable Read(byte[] debugLine)
    {
        var writer = new ElfObjectWriter();
        writer.AddSection(".debug_line", ElfSectionType.ProgramBits, ElfSectionAttributes.None).Append(debugLine);
        return LineTable.Read(ElfImage.Of(ElfFile.Parse(writer.ToArray(), "test.o")));
    }

    private static int IndexOf(byte[] bytes, byte[] what) => bytes.AsSpan().IndexOf(what);
}
