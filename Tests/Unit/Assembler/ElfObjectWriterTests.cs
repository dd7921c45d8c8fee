using AzaleaOS.Build.Elf;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Assembler;

public sealed class ElfObjectWriterTests
{
    [Property(MaxTest = 200)]
    public void What_is_written_is_what_is_read((byte Section, byte[] Bytes, bool Local)[] symbols, (byte Section, byte Offset, byte Symbol, int Addend)[] relocations)
    {
        string[] names = [".text", ".rodata", ".data", ".text.cold"];
        var writer = new ElfObjectWriter();
        ElfObjectSection[] sections = [.. names.Select(writer.Section)];
        foreach (ElfObjectSection section in sections)
            section.Append(new byte[512]);
        var defined = new List<ElfObjectSymbol>();
        foreach ((byte choice, byte[] bytes, bool local) in symbols)
        {
            ElfObjectSection section = sections[choice % sections.Length];
            section.Align(1 << (choice % 6));
            defined.Add(writer.Define(
                $"symbol{defined.Count}",
                section,
                section.Size,
                bytes.Length,
                choice % 2 == 0 ? ElfSymbolType.Function : ElfSymbolType.Object,
                local ? ElfSymbolBinding.Local : ElfSymbolBinding.Global));
            section.Append(bytes);
        }

        ElfObjectSymbol external = writer.Reference("external");
        foreach ((byte choice, byte offset, byte symbol, int addend) in relocations)
        {
            ElfObjectSymbol target = defined.Count == 0 ? external : defined[symbol % defined.Count];
            sections[choice % sections.Length].Relocate(offset, ElfRelocationType.PcRelative32, target, addend);
        }

        var file = ElfFile.Parse(writer.ToArray(), "test.o");
        Assert.Equal(ElfFileType.Relocatable, file.Type);
        foreach (ElfObjectSection expected in sections)
        {
            ElfSection section = file.FindSection(expected.Name)!;
            Assert.Equal(expected.Attributes, section.Attributes);
            Assert.Equal((ulong)expected.Alignment, section.Alignment);
            Assert.Equal(0ul, section.Offset % section.Alignment);
            Assert.Equal(expected.Contents, file.Contents(section).ToArray());
            Assert.Equal(
                expected.Relocations.Select(r => (r.Offset, r.Type, r.Symbol.Name, r.Addend)),
                file.Relocations(section).Select(r => ((long)r.Offset, r.Type, r.Symbol.Name, r.Addend)));
        }

        foreach (ElfObjectSymbol expected in defined)
        {
            ElfSymbol symbol = file.Symbols.Single(s => s.Name == expected.Name);
            Assert.Equal((expected.Offset, expected.Size, expected.Type, expected.Binding), ((long)symbol.Value, (long)symbol.Size, symbol.Type, symbol.Binding));
            Assert.Equal(expected.Section!.Name, file.Sections[symbol.SectionIndex].Name);
        }

        Assert.True(file.Symbols.Single(s => s.Name == "external").IsUndefined);
        ElfSection table = file.Sections.Single(s => s.Type == ElfSectionType.SymbolTable);
        Assert.All(file.Symbols, s => Assert.Equal(s.Index < table.Info, s.Binding == ElfSymbolBinding.Local));
    }

    [Fact]
    public void Bss_takes_no_room_in_the_file_and_no_contents()
    {
        var writer = new ElfObjectWriter();
        ElfObjectSection bss = writer.Section(".bss");
        bss.Align(4096);
        bss.Reserve(1 << 20);
        writer.Define("buffer", bss, 0, 1 << 20, ElfSymbolType.Object);
        byte[] bytes = writer.ToArray();
        Assert.True(bytes.Length < 4096);
        ElfSection section = ElfFile.Parse(bytes, "test.o").FindSection(".bss")!;
        Assert.Equal((ElfSectionType.NoBits, 1ul << 20, 4096ul), (section.Type, section.Size, section.Alignment));
        Assert.Throws<InvalidOperationException>(() => bss.Append([1]));
        Assert.Throws<InvalidOperationException>(() => bss.Relocate(0, ElfRelocationType.Absolute64, writer.Reference("x"), 0));
    }

    [Fact]
    public void The_stack_is_never_executable()
    {
        var file = ElfFile.Parse(new ElfObjectWriter().ToArray(), "test.o");
        Assert.Equal(ElfSectionAttributes.None, file.FindSection(".note.GNU-stack")!.Attributes);
    }

    [Fact]
    public void A_symbol_that_is_defined_twice_and_a_section_nobody_knows_are_refused()
    {
        var writer = new ElfObjectWriter();
        ElfObjectSection text = writer.Section(".text");
        writer.Define("once", text, 0);
        Assert.Throws<ArgumentException>(() => writer.Define("once", text, 4));
        Assert.Throws<ArgumentException>(() => writer.Section(".unheard"));
        Assert.Throws<ArgumentException>(() => writer.Section("text"));
        Assert.Same(text, writer.Section(".text"));
    }

    [Fact]
    public void A_symbol_may_be_used_before_it_is_defined()
    {
        var writer = new ElfObjectWriter();
        ElfObjectSection data = writer.Section(".data");
        data.AppendPointer(writer.Reference("later"), 8);
        writer.Define("later", writer.Section(".text"), 0);
        var file = ElfFile.Parse(writer.ToArray(), "test.o");
        ElfRelocation relocation = Assert.Single(file.Relocations(file.FindSection(".data")!));
        Assert.Equal((0ul, ElfRelocationType.Absolute64, 8L), (relocation.Offset, relocation.Type, relocation.Addend));
        Assert.False(relocation.Symbol.IsUndefined);
    }
}
