using System.Buffers.Binary;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Elf;

public sealed class ElfFileTests
{
    private const int SectionTableOffset = 40;
    private const int SectionCount = 60;
    private const int NameSectionIndex = 62;

    [Fact]
    public void The_compilers_object_is_read_whole()
    {
        ElfFile file = CompiledSample.Object;
        Assert.Equal(ElfFileType.Relocatable, file.Type);
        Assert.Empty(file.Segments);
        ElfSection code = Assert.IsType<ElfSection>(file.FindSection("__managedcode"));
        Assert.True(code.IsCode);
        ElfSymbol leaf = file.Symbols.Single(s => s.Name == "sample_leaf");
        Assert.Equal((ElfSymbolType.Function, ElfSymbolBinding.Global, code.Index), (leaf.Type, leaf.Binding, leaf.SectionIndex));
        Assert.Equal([0xb8, 42, 0, 0, 0, 0xc3], file.Contents(code).Slice((int)leaf.Value, (int)leaf.Size).ToArray());
        Assert.Contains(file.Relocations(code), r => r.Symbol is { Name: "sample_out", IsUndefined: true });
    }

    [Property]
    public void What_the_writer_writes_the_reader_reads(byte[] contents, NonEmptyArray<byte> offsets)
    {
        var writer = new ElfObjectWriter();
        ElfObjectSection data = writer.Section(".data");
        data.Append(contents);
        data.Align(8);
        foreach (byte offset in offsets.Get)
        {
            writer.Define($"local{offset}", data, offset, 1, ElfSymbolType.Object, ElfSymbolBinding.Local);
            data.AppendPointer(writer.Reference($"far{offset}"), offset);
        }

        ElfFile file = ElfFile.Parse(writer.ToArray(), "test.o");
        ElfSection read = file.FindSection(".data")!;
        Assert.True(file.Contents(read).StartsWith(contents));
        Assert.Equal(offsets.Get.Select(o => $"local{o}"), file.Symbols.Where(s => s.Name.StartsWith("local", StringComparison.Ordinal)).Select(s => s.Name));
        Assert.Equal(
            offsets.Get.Select(o => ($"far{o}", (long)o, ElfRelocationType.Absolute64)),
            file.Relocations(read).Select(r => (r.Symbol.Name, r.Addend, r.Type)));
    }

    [Property(MaxTest = 200)]
    public Property A_damaged_object_is_an_error_and_never_a_crash()
    {
        byte[] original = File.ReadAllBytes(CompiledSample.ObjectPath);
        Gen<(int At, byte Value)> change = Gen.Choose(0, original.Length - 1).SelectMany(_ => Gen.Choose(0, 255), (at, value) => (at, (byte)value));

        // Half of the changes hit the headers, where they hurt most.
        Gen<(int At, byte Value)> header = Gen.Choose(0, 63).Or(Gen.Choose(original.Length - (30 * 64), original.Length - 1))
            .SelectMany(_ => Gen.Elements<byte>(0, 1, 0x7f, 0x80, 0xff), (at, value) => (at, value));
        Gen<int> length = Gen.Frequency((3, Gen.Constant(original.Length)), (1, Gen.Choose(0, original.Length)));
        return Prop.ForAll(change.Or(header).NonEmptyListOf().ToArbitrary(), length.ToArbitrary(), (changes, size) =>
        {
            byte[] bytes = [.. original];
            foreach ((int at, byte value) in changes)
                bytes[at] = value;
            ReadEverything(bytes[..size]);
        });
    }

    [Property(MaxTest = 200)]
    public void Bytes_that_are_no_object_are_an_error_and_never_a_crash(byte[] bytes)
    {
        byte[] header = File.ReadAllBytes(CompiledSample.ObjectPath)[..64];
        ReadEverything(bytes);
        ReadEverything([.. header, .. bytes]);
    }

    [Fact]
    public void Every_truncation_of_the_headers_is_an_error()
    {
        byte[] original = Small();
        for (int length = 0; length < original.Length; length++)
            Assert.Throws<BuildException>(() => ElfFile.Parse(original[..length], "cut.o"));
    }

    [Theory]
    [InlineData("does not begin with an ELF header", 0, 0)]
    [InlineData("not 64-bit little-endian", 4, 1)]
    [InlineData("not 64-bit little-endian", 5, 2)]
    [InlineData("machine 3, not x86-64", 18, 3)]
    [InlineData("type 4", 16, 4)]
    [InlineData("outside the file", SectionTableOffset + 2, 0x7f)]
    [InlineData("outside the file", SectionCount + 1, 0x7f)]
    [InlineData("section names", NameSectionIndex, 200)]
    public void A_wrong_header_is_named(string message, int at, byte value)
    {
        byte[] bytes = Small();
        bytes[at] = value;
        Assert.Contains(message, Error(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_relocation_of_a_symbol_that_does_not_exist_is_named()
    {
        byte[] bytes = Small();
        ElfSection table = ElfFile.Parse([.. bytes], "good.o").FindSection(".rela.data")!;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan((int)table.Offset + 12), 77);
        Assert.Contains("names symbol 77", Error(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Relocations_of_an_executable_are_not_offsets_in_a_section()
    {
        // As in a stripped static executable: an address, and symbol 0 of no table.
        byte[] bytes = Small();
        ElfSection table = ElfFile.Parse([.. bytes], "good.o").FindSection(".rela.data")!;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((int)table.Offset), 0x5E1F28);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(16), (ushort)ElfFileType.Executable);
        Assert.Equal(ElfFileType.Executable, ElfFile.Parse(bytes, "static").Type);
    }

    [Fact]
    public void A_relocation_outside_its_section_is_named()
    {
        byte[] bytes = Small();
        ElfSection table = ElfFile.Parse([.. bytes], "good.o").FindSection(".rela.data")!;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((int)table.Offset), 1);
        Assert.Contains("a relocation of .data lies outside of it", Error(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_without_an_end_is_named()
    {
        byte[] bytes = Small();
        ElfSection names = ElfFile.Parse([.. bytes], "good.o").FindSection(".strtab")!;
        bytes[(int)(names.Offset + names.Size) - 1] = (byte)'x';
        Assert.Contains("has no end", Error(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_an_error_with_its_path()
    {
        BuildException error = Assert.Throws<BuildException>(() => ElfFile.Open("/nonexistent/kernel.o"));
        Assert.Contains("/nonexistent/kernel.o", error.Message, StringComparison.Ordinal);
        Assert.Equal("AZ5004", Assert.Single(error.Diagnostics).Code);
    }

    [Fact]
    public void Objects_that_define_the_same_symbol_are_an_error()
    {
        ElfFile one = ElfFile.Parse(Small(), "one.o");
        ElfFile two = ElfFile.Parse(Small(), "two.o");
        BuildException error = Assert.Throws<BuildException>(() => ElfImage.Combine([one, two]));
        Assert.Contains("two.o", error.Message, StringComparison.Ordinal);
        Assert.Contains("value", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Small()
    {
        var writer = new ElfObjectWriter();
        ElfObjectSection data = writer.Section(".data");
        writer.Define("value", data, 0, 8, ElfSymbolType.Object);
        data.AppendPointer(writer.Reference("elsewhere"));
        return writer.ToArray();
    }

    private static string Error(byte[] bytes)
    {
        BuildException error = Assert.Throws<BuildException>(() => ElfFile.Parse(bytes, "bad.o"));
        Assert.Equal("AZ5004", Assert.Single(error.Diagnostics).Code);
        Assert.Contains("bad.o", error.Message, StringComparison.Ordinal);
        return error.Message;
    }

    /// <summary>Whatever the bytes are: all readers answer, or say AZ5004.</summary>
    private static void ReadEverything(byte[] bytes)
    {
        try
        {
            ElfFile file = ElfFile.Parse(bytes, "damaged.o");
            ElfImage image = ElfImage.Of(file);
            _ = LineTable.Read(image);
            _ = CallFrameTable.Read(image);
        }
        catch (BuildException e)
        {
            Assert.All(e.Diagnostics, d => Assert.Equal("AZ5004", d.Code));
        }
    }
}
