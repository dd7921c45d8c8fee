using AzaleaOS.Build.Assembler;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Unit.Assembler;

public sealed class KernelAssemblerTests
{
    public static TheoryData<string, Action<KernelAssembler>, ElfRelocationType, int, long> References => new()
    {
        { "call", a => a.call(a["x"]), ElfRelocationType.Plt32, 1, -4 },
        { "jmp", a => a.jmp(a["x"]), ElfRelocationType.Plt32, 1, -4 },
        { "jcc", a => a.jne(a["x"]), ElfRelocationType.Plt32, 2, -4 },
        { "lea", a => a.lea(rax, __[a["x"]]), ElfRelocationType.PcRelative32, 3, -4 },
        { "load", a => a.mov(rcx, __qword_ptr[a["x"] + 24]), ElfRelocationType.PcRelative32, 3, 20 },
        { "load rax", a => a.mov(rax, __qword_ptr[a["x"]]), ElfRelocationType.PcRelative32, 3, -4 },
        { "store al", a => a.mov(__byte_ptr[a["x"]], al), ElfRelocationType.PcRelative32, 2, -4 },
        { "store an immediate", a => a.mov(__qword_ptr[a["x"]], 5), ElfRelocationType.PcRelative32, 3, -8 },
        { "compare with a short immediate", a => a.cmp(__dword_ptr[a["x"]], 5), ElfRelocationType.PcRelative32, 2, -5 },
        { "table", a => a.jmp(__qword_ptr[(rax * 8) + a["x"]]), ElfRelocationType.Absolute32Signed, 3, 0 },
        { "behind a register", a => a.mov(eax, __dword_ptr[rbx + a["x"]]), ElfRelocationType.Absolute32Signed, 2, 0 },
        { "immediate", a => a.mov(rax, a["x"]), ElfRelocationType.Absolute64, 2, 0 },
        { "physical", a => a.mov(eax, a["x"].Physical), ElfRelocationType.Absolute32, 1, 0x8000_0000 },
        { "pointer", a => a.Pointer(a["x"] + 8), ElfRelocationType.Absolute64, 0, 8 },
        { "short pointer", a => a.Pointer32(a["x"].Physical), ElfRelocationType.Absolute32, 0, 0x8000_0000 },
    };

    [Theory]
    [MemberData(nameof(References))]
    public void A_symbol_becomes_the_relocation_its_operand_needs(string form, Action<KernelAssembler> emit, ElfRelocationType type, int offset, long addend)
    {
        Assert.NotEmpty(form);
        ElfRelocation relocation = Assert.Single(Relocations(Assemble(a =>
        {
            a.nop(); // so that offsets count from the section
            emit(a);
        })));
        Assert.Equal(("x", type, (ulong)offset + 1, addend), (relocation.Symbol.Name, relocation.Type, relocation.Offset, relocation.Addend));
    }

    [Fact]
    public void In_32_bit_code_a_symbol_in_memory_is_an_absolute_address()
    {
        ElfFile file = Assemble(
            a =>
            {
                a.mov(eax, __dword_ptr[a["x"].Physical]);
                a.lgdt(__[a["y"].Physical]);
                a.jmp(0x08, a[".long"].Physical);
                a = a.Continue(64);
                a.Define(".long");
                a.ret();
            },
            bits: 32);
        Assert.Equal(
            [("x", 1ul, 0x8000_0000), ("y", 8, 0x8000_0000), ("method", 13, 0x8000_0000 + 19)],
            Relocations(file).Select(r => (r.Symbol.Name, r.Offset, r.Addend)));
        Assert.All(Relocations(file), r => Assert.Equal(ElfRelocationType.Absolute32, r.Type));
    }

    [Fact]
    public void Distances_inside_a_method_need_no_relocation()
    {
        ElfFile file = Assemble(a =>
        {
            a.call(a[".inner"]);
            a.jmp(a["method"]);
            a.lea(rax, __[a["middle"]]);
            a.Define("middle");
            a.Define(".inner");
            a.ret();
        });
        Assert.Empty(Relocations(file));
        byte[] code = Code(file);
        Assert.Equal(17 - 5, BitConverter.ToInt32(code, 1));
        Assert.Equal(-10, BitConverter.ToInt32(code, 6));
        Assert.Equal(0, BitConverter.ToInt32(code, 13));
        Assert.DoesNotContain(file.Symbols, s => s.Name == ".inner");
    }

    [Fact]
    public void Inner_symbols_are_global_and_reach_to_the_next()
    {
        ElfFile file = Assemble(a =>
        {
            a.Define("first");
            a.nop();
            a.nop();
            a.Define("second");
            a.ret();
            a.Define("end");
        });
        Assert.Equal([("method", 0ul, 3ul), ("first", 0, 2), ("second", 2, 1), ("end", 3, 0)], file.Symbols.Skip(1).Select(s => (s.Name, s.Value, s.Size)));
    }

    [Fact]
    public void Fillers_move_what_is_behind_them_and_branches_follow()
    {
        ElfFile file = Assemble(a =>
        {
            Label far = a.CreateLabel();
            a.jmp(far);
            a.PadTo(0x200);
            a.Define("fixed");
            a.nop();
            a.Align(16);
            a.Define("aligned");
            a.Label(ref far);
            a.ret();
        });
        byte[] code = Code(file);
        Assert.Equal(0x211, code.Length);
        Assert.Equal(0xe9, code[0]);
        Assert.Equal(0x210 - 5, BitConverter.ToInt32(code, 1));
        Assert.All(code[5..0x200], b => Assert.Equal(0xcc, b));
        Assert.All(code[0x200..0x210], b => Assert.Equal(0x90, b));
        Assert.Equal(0x200ul, file.Symbols.Single(s => s.Name == "fixed").Value);
        Assert.Equal(0x210ul, file.Symbols.Single(s => s.Name == "aligned").Value);
    }

    [Fact]
    public void The_same_method_gives_the_same_bytes()
        => Assert.Equal(Object(Everything).ToArray(), Object(Everything).ToArray());

    public static TheoryData<string, Action<KernelAssembler>> Mistakes => new()
    {
        { "AZ3003", a => a.Continue(48) },
        { "AZ3004", a => a.AddInstruction(Instruction.Create(Iced.Intel.Code.Aaa)) },
        { "AZ3005", a => { a.Reserve(20); a.PadTo(16); } },
        { "AZ3005", a => a.Align(3) },
        { "AZ3005", a => a.Align(64) },
        { "AZ3006", a => { a.Define("twice"); a.nop(); a.Define("twice"); } },
        { "AZ3006", a => a.Define("method") },
        { "AZ3007", a => a.call(a[".nowhere"]) },
        { "AZ3007", a => { uint once = a["x"]; a.mov(eax, once); a.mov(ebx, once); } },
        { "AZ3008", a => { a.mov(rsp, rdi); a.ret(); } },
        { "AZ3008", Unbalanced },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_an_error_that_names_the_method(string code, Action<KernelAssembler> emit)
    {
        BuildDiagnostic error = Assert.Single(Assert.Throws<BuildException>(() => Object(emit)).Diagnostics);
        Assert.Equal(code, error.Code);
        Assert.Contains("method", error.Message);
    }

    [Theory]
    [InlineData(".unheard", 16)]
    [InlineData(".text", 3)]
    [InlineData(".text", 8192)]
    public void An_attribute_that_makes_no_sense_is_an_error(string section, int alignment)
    {
        var error = Assert.Throws<BuildException>(() => new KernelObject().Add("method", a => a.ret(), alignment: alignment, section: section));
        Assert.Equal("AZ3003", Assert.Single(error.Diagnostics).Code);
    }

    [Fact]
    public void Only_zeros_go_to_bss()
    {
        var error = Assert.Throws<BuildException>(() => new KernelObject().Add("method", a => a.Quadword(1), section: ".bss"));
        Assert.Equal("AZ3003", Assert.Single(error.Diagnostics).Code);
    }

    [Fact]
    public void A_symbol_belongs_to_one_method()
    {
        KernelObject both = Object(a => a.ret());
        var error = Assert.Throws<BuildException>(() => both.Add("method", a => a.ret()));
        Assert.Equal("AZ3006", Assert.Single(error.Diagnostics).Code);
    }

    private static void Everything(KernelAssembler a)
    {
        Label next = a.CreateLabel();
        a.push(rbx);
        a.call(a["b"]);
        a.Label(ref next);
        a.mov(rax, __qword_ptr[a["c"]]);
        a.jne(next);
        a.Align(16);
        a.pop(rbx);
        a.ret();
        a.Define("inner");
        a.Pointer(a["d"]);
    }

    private static void Unbalanced(KernelAssembler a)
    {
        Label join = a.CreateLabel();
        a.test(edi, edi);
        a.je(join);
        a.push(rax);
        a.Label(ref join);
        a.ret();
    }

    private static KernelObject Object(Action<KernelAssembler> emit, int bits = 64)
    {
        var o = new KernelObject();
        o.Add("method", emit, bits);
        return o;
    }

    private static ElfFile Assemble(Action<KernelAssembler> emit, int bits = 64) => ElfFile.Parse(Object(emit, bits).ToArray(), "test.o");

    private static byte[] Code(ElfFile file) => file.Contents(file.FindSection(".text")!).ToArray();

    private static IReadOnlyList<ElfRelocation> Relocations(ElfFile file) => file.Relocations(file.FindSection(".text")!);
}
