using AzaleaOS.Abi;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Linking;
using AzaleaOS.Diagnostics;
using AzaleaOS.Tests.Unit.Elf;

namespace AzaleaOS.Tests.Unit.Linking;

public sealed class LinkerTests
{
    private const ulong ImageBegin = 0xffff_ffff_8010_0000;

    /// <summary>Every linker that is installed here; one of them must be.</summary>
    public static TheoryData<string> Linkers
    {
        get
        {
            var found = new TheoryData<string>();
            foreach (string name in new[] { "ld.lld", "ld" })
            {
                try
                {
                    found.Add(Linker.Find(name));
                }
                catch (BuildException)
                {
                    // Not installed.
                }
            }

            return found;
        }
    }

    [Theory]
    [MemberData(nameof(Linkers))]
    public void Code_data_and_constants_lie_in_segments_of_their_own_and_none_is_writable_and_executable(string linker)
    {
        using var kernel = new SmallKernel();
        ElfFile file = kernel.Link(linker);
        Assert.Equal(ElfFileType.Executable, file.Type);
        ElfSegment[] loads = [.. file.Segments.Where(s => s.Type == ElfSegmentType.Load)];
        Assert.Equal(
            [
                ElfSegmentAttributes.Read | ElfSegmentAttributes.Execute,
                ElfSegmentAttributes.Read | ElfSegmentAttributes.Write,
                ElfSegmentAttributes.Read,
            ],
            loads.Select(s => s.Attributes));
        Assert.Equal(ImageBegin, loads[0].VirtualAddress);
        Assert.All(loads, s => Assert.Equal(0ul, s.VirtualAddress % 4096));
        Assert.All(loads, s => Assert.Equal(s.VirtualAddress - 0xffff_ffff_8000_0000, s.PhysicalAddress));
        Assert.DoesNotContain(file.Segments, s => s.Type == ElfSegmentType.Interpreter);
        Assert.Null(file.FindSection(".note.gnu.build-id"));
    }

    [Theory]
    [MemberData(nameof(Linkers))]
    public void The_symbols_of_the_layout_enclose_what_they_name(string linker)
    {
        using var kernel = new SmallKernel();
        ElfFile file = kernel.Link(linker);
        var at = file.Symbols.Where(s => s.Name.Length > 0).ToDictionary(s => s.Name, s => s.Value);
        Assert.Equal(ImageBegin, at["azalea_image_begin"]);
        Assert.Equal(ImageBegin, at["azalea_text_begin"]);
        Assert.InRange(at["azalea_entry_multiboot2"], at["azalea_text_begin"], at["azalea_text_end"] - 1);
        Assert.Equal(at["azalea_text_end"], at["azalea_data_begin"]);
        Assert.InRange(at["some_data"], at["azalea_data_begin"], at["azalea_data_end"] - 8);
        Assert.InRange(at["some_zeros"], at["azalea_data_begin"], at["azalea_data_end"] - 20000);
        Assert.Equal(at["azalea_data_end"], at["azalea_rodata_begin"]);
        Assert.InRange(at["some_constant"], at["azalea_rodata_begin"], at["azalea_rodata_end"] - 8);
        Assert.Equal(at["azalea_rodata_end"], at["azalea_image_end"]);
        Assert.All(LinkerScript.Symbols.Where(s => !s.Contains("symbols", StringComparison.Ordinal)), s => Assert.Equal(0ul, at[s] % 4096));
    }

    [Theory]
    [MemberData(nameof(Linkers))]
    public void Boot_loaders_find_their_headers_and_the_entry(string linker)
    {
        using var kernel = new SmallKernel();
        foreach (ElfFile file in new[] { kernel.Link(linker), ElfFile.Open(kernel["out/kernel.stripped.elf"]) })
        {
            int header = file.Bytes[..Math.Min(32768, file.Bytes.Length)].IndexOf<byte>([0xd6, 0x50, 0x52, 0xe8]);
            Assert.True(header > 0 && header % 8 == 0, $"the multiboot2 header is at {header}");
            ElfSegment note = Assert.Single(file.Segments, s => s.Type == ElfSegmentType.Note);
            Assert.True(file.Contents(note)[12..].StartsWith("Xen\0"u8));
            ElfSegment code = file.Segments.First(s => s.Type == ElfSegmentType.Load);
            Assert.InRange(file.Entry, code.VirtualAddress, code.VirtualAddress + code.MemorySize - 1);
        }
    }

    [Theory]
    [MemberData(nameof(Linkers))]
    public void What_nobody_reaches_is_left_out_and_what_only_a_loader_reaches_stays(string linker)
    {
        using var kernel = new SmallKernel();
        ElfFile file = kernel.Link(linker);
        Assert.Contains(file.Symbols, s => s.Name == "azalea_entry_handoff");
        Assert.DoesNotContain(file.Symbols, s => s.Name == "never_used");
    }

    [Fact]
    public void The_stripped_copy_puts_the_same_bytes_into_memory()
    {
        using var kernel = new SmallKernel();
        ElfFile whole = kernel.Link();
        ElfFile stripped = ElfFile.Open(kernel["out/kernel.stripped.elf"]);
        Assert.Empty(stripped.Sections);
        Assert.Empty(stripped.Symbols);
        Assert.Equal(whole.Entry, stripped.Entry);
        Assert.Equal(Memory(whole), Memory(stripped));
        Assert.InRange(stripped.Bytes.Length, 1, 1024);

        static List<string> Memory(ElfFile file) => [.. file.Segments.Where(s => s.Type == ElfSegmentType.Load).Select(s =>
        {
            var memory = new byte[s.MemorySize];
            file.Contents(s).CopyTo(memory);
            return $"{s.VirtualAddress:x} {s.PhysicalAddress:x} {s.Attributes} {Convert.ToHexString(memory)}";
        })];
    }

    [Fact]
    public void Linking_twice_gives_the_same_bytes()
    {
        using var kernel = new SmallKernel();
        byte[] first = kernel.Link().Bytes.ToArray();
        byte[] firstStripped = File.ReadAllBytes(kernel["out/kernel.stripped.elf"]);
        Assert.Equal(first, kernel.Link().Bytes.ToArray());
        Assert.Equal(firstStripped, File.ReadAllBytes(kernel["out/kernel.stripped.elf"]));
    }

    [Fact]
    public void The_symbol_table_of_the_second_pass_moves_nothing()
    {
        using var kernel = new SmallKernel();
        kernel.Link();
        File.Move(kernel["out/kernel.elf"], kernel["pass1.elf"]);
        int length = SymbolTableBuilder.Build(kernel["pass1.elf"], [], kernel["symbols.o"]);
        kernel.With(kernel["symbols.o"]);
        ElfFile second = kernel.Link();
        SymbolTableBuilder.VerifySameAddresses(kernel["pass1.elf"], kernel["out/kernel.elf"]);

        ulong begin = second.Symbols.Single(s => s.Name == "azalea_symbols_begin").Value;
        ulong end = second.Symbols.Single(s => s.Name == "azalea_symbols_end").Value;
        Assert.Equal((ulong)length, end - begin);
        ElfSegment constants = second.Segments.Last(s => s.Type == ElfSegmentType.Load);
        var table = new byte[PackedTableFormat.MaximumLength];
        int unpacked = TableUnpacker.Unpack(
            second.Contents(constants).Slice((int)(begin - constants.VirtualAddress), length), new ushort[PackedTableFormat.ModelCount], table);
        Assert.True(table.AsSpan(0, unpacked).StartsWith("AZST"u8));
        Assert.False(new SymbolTable(table.AsSpan(0, unpacked)).IsEmpty);
    }

    [Fact]
    public void A_function_that_moved_between_the_passes_is_an_error()
    {
        using var one = new SmallKernel();
        using var other = new SmallKernel(o => o.Add("azalea_entry_pvh", a => { a.nop(); a.ret(); }));
        one.Link();
        other.Link();
        BuildException error = Assert.Throws<BuildException>(() => SymbolTableBuilder.VerifySameAddresses(one["out/kernel.elf"], other["out/kernel.elf"]));
        Assert.Equal("AZ5007", Assert.Single(error.Diagnostics).Code);
    }

    [Fact]
    public void A_missing_linker_is_an_error_that_says_what_to_install()
    {
        using var kernel = new SmallKernel();
        BuildException error = Assert.Throws<BuildException>(() => kernel.Link("ld.nothing"));
        Assert.Equal("AZ5001", Assert.Single(error.Diagnostics).Code);
        Assert.Contains("apt-get install -y lld", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Linkers))]
    public void A_missing_symbol_is_an_error_at_the_line_that_needs_it(string linker)
    {
        using SmallKernel kernel = new SmallKernel(o => o.Add("azalea_kernel_start", a => { a.call(a["sample_root"]); a.ret(); })).With(CompiledSample.ObjectPath);
        BuildException error = Assert.Throws<BuildException>(() => kernel.Link(linker));
        Assert.Contains(error.Diagnostics, d => d.Message.Contains("sample_out", StringComparison.Ordinal)
            && Path.GetFileName(d.File) == "Sample.cs" && d.Line == CompiledSample.LineOf("Port.Out(n, n)"));
    }

    [Fact]
    public void Two_definitions_of_a_symbol_are_an_error_in_the_linkers_words()
    {
        var twice = new ElfObjectWriter();
        ElfObjectSection text = twice.Section(".text");
        text.Append([0xc3]);
        twice.Define("azalea_entry_multiboot2", text, 0, 1);
        using SmallKernel kernel = new SmallKernel().With(twice, "twice.o");
        BuildException error = Assert.Throws<BuildException>(() => kernel.Link());
        Assert.All(error.Diagnostics, d => Assert.Equal("AZ5002", d.Code));
        Assert.Contains("azalea_entry_multiboot2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_without_an_entry_is_an_error()
    {
        using var folder = new Pipeline.TemporaryFolder();
        new ElfObjectWriter().Write(folder["empty.o"]);
        BuildException error = Assert.Throws<BuildException>(() => Linker.Link(new LinkRequest { Objects = [folder["empty.o"]], Output = folder["k.elf"] }));
        Assert.Equal("AZ5003", Assert.Single(error.Diagnostics).Code);
    }

    [Fact]
    public void A_section_that_the_layout_does_not_know_is_an_error()
    {
        var strange = new ElfObjectWriter();
        ElfObjectSection section = strange.AddSection(".tdata", ElfSectionType.ProgramBits, ElfSectionAttributes.Allocate | ElfSectionAttributes.Write);
        section.Append(1UL);
        strange.Define("strange", section, 0, 8, ElfSymbolType.Object);
        using SmallKernel kernel = new SmallKernel(o => o.Add("azalea_kernel_start", a => { a.lea(Iced.Intel.AssemblerRegisters.rax, Iced.Intel.AssemblerRegisters.__[a["strange"]]); a.ret(); }))
            .With(strange, "strange.o");
        BuildException error = Assert.Throws<BuildException>(() => kernel.Link());
        Assert.Contains(error.Diagnostics, d => d.Code == "AZ5005" && d.Message.Contains(".tdata", StringComparison.Ordinal));
    }

    [Fact]
    public void Wrong_boot_headers_are_errors()
    {
        using var noNote = new SmallKernel(withNote: false);
        Assert.Contains("PVH", Assert.Throws<BuildException>(() => noNote.Link()).Message, StringComparison.Ordinal);
        using var noMagic = new SmallKernel(magic: 0x1BADB002);
        Assert.Contains("magic", Assert.Throws<BuildException>(() => noMagic.Link()).Message, StringComparison.Ordinal);
    }
}
