using System.Reflection;
using System.Runtime;
using System.Runtime.InteropServices;
using AzaleaOS.Build.Assembler;
using AzaleaOS.Build.Checking;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using AzaleaOS.Cpu;
using AzaleaOS.Tests.Unit.Pipeline;

namespace AzaleaOS.Tests.Unit.Assembler;

public sealed class AssemblerMethodsTests
{
    private static readonly string s_plugs = typeof(Plugs.Assembler.Ports).Assembly.Location;

    [Fact]
    public void The_kernels_methods_become_one_object_and_always_the_same()
    {
        using var folder = new TemporaryFolder();
        string first = Path.Combine(folder.Path, "a", "plugs.o");
        string second = Path.Combine(folder.Path, "b", "plugs.o");
        AssemblerMethods.Emit([s_plugs], first);
        AssemblerMethods.Emit([s_plugs], second);
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));

        var file = ElfFile.Open(first);
        (string Name, ElfSectionType Type, ElfSectionAttributes Attributes)[] expected =
        [
            (".text", ElfSectionType.ProgramBits, ElfSectionAttributes.Allocate | ElfSectionAttributes.Execute),
            (".rodata", ElfSectionType.ProgramBits, ElfSectionAttributes.Allocate),
            (".data", ElfSectionType.ProgramBits, ElfSectionAttributes.Allocate | ElfSectionAttributes.Write),
            (".bss", ElfSectionType.NoBits, ElfSectionAttributes.Allocate | ElfSectionAttributes.Write),
            (".note.pvh", ElfSectionType.Note, ElfSectionAttributes.Allocate),
            (".multiboot2", ElfSectionType.ProgramBits, ElfSectionAttributes.Allocate),
            (".eh_frame", ElfSectionType.ProgramBits, ElfSectionAttributes.Allocate),
            (".note.GNU-stack", ElfSectionType.ProgramBits, ElfSectionAttributes.None),
        ];
        Assert.Equal(
            expected.OrderBy(s => s.Name, StringComparer.Ordinal),
            file.Sections.Where(s => expected.Any(e => e.Name == s.Name)).Select(s => (s.Name, s.Type, s.Attributes)).OrderBy(s => s.Name, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_extern_of_the_kernel_has_a_body()
    {
        // The rest of the image is the linker's (borders of sections), or C#.
        HashSet<string> defined = [.. Symbols().Where(s => !s.IsUndefined).Select(s => s.Name)];
        string[] missing = [.. Imports()
            .Where(s => !defined.Contains(s) && !s.EndsWith("_begin", StringComparison.Ordinal) && !s.EndsWith("_end", StringComparison.Ordinal))
            .Except(Exports())];
        Assert.Empty(missing);
    }

    [Fact]
    public void What_the_methods_call_is_exported_by_the_kernel()
    {
        const string OfEachImage = "azalea_kernel_start";
        string[] unknown = [.. Symbols().Where(s => s.IsUndefined && s.Name.Length > 0).Select(s => s.Name).Except(Exports()).Except([OfEachImage])];
        Assert.Empty(unknown);
    }

    [Fact]
    public void Functions_have_their_size_and_are_global()
    {
        ElfSymbol function = Symbols().Single(s => s.Name == "azalea_out8");
        Assert.Equal((ElfSymbolType.Function, ElfSymbolBinding.Global, 6ul), (function.Type, function.Binding, function.Size));
        ElfSymbol data = Symbols().Single(s => s.Name == "azalea_boot_page_tables");
        Assert.Equal((ElfSymbolType.Object, 7ul * 4096), (data.Type, data.Size));
    }

    [Fact]
    public void The_trampoline_fits_in_its_page_with_its_parameters()
    {
        ElfSymbol begin = Symbols().Single(s => s.Name == "azalea_trampoline_begin");
        ElfSymbol end = Symbols().Single(s => s.Name == "azalea_trampoline_end");
        Assert.Equal(begin.SectionIndex, end.SectionIndex);
        Assert.InRange((long)(end.Value - begin.Value), 0x100, 4096 - Offset.SizeOf<TrampolineParameters>());
    }

    [Fact]
    public void The_multiboot2_header_adds_up()
    {
        var file = ElfFile.Parse(KernelMethods.With(_ => { }).ToArray(), "plugs.o");
        ElfSection section = file.FindSection(".multiboot2")!;
        ReadOnlySpan<uint> header = MemoryMarshal.Cast<byte, uint>(file.Contents(section));
        Assert.Equal(8ul, section.Alignment);
        Assert.Equal(0xe852_50d6u, header[0]);
        Assert.Equal((uint)section.Size, header[2]);
        Assert.Equal(0u, unchecked(header[0] + header[1] + header[2] + header[3]));
        Assert.Equal(0u, header[^2]);
        Assert.Equal(8u, header[^1]);
    }

    [Fact]
    public void Each_mistake_is_told_with_file_and_line()
    {
        using var folder = new TemporaryFolder();
        string path = typeof(BrokenAssemblerMethods).Assembly.Location;
        var error = Assert.Throws<BuildException>(() => AssemblerMethods.Emit([path], Path.Combine(folder.Path, "plugs.o")));
        Assert.Equal(["AZ3002", "AZ3002", "AZ3007", "AZ3003", "AZ3009"], error.Diagnostics.Select(d => d.Code));
        Assert.All(error.Diagnostics, d =>
        {
            Assert.EndsWith("BrokenAssemblerMethods.cs", d.File);
            Assert.True(d.Line > 0);
            Assert.Contains(nameof(BrokenAssemblerMethods), d.Message);
        });
        Assert.False(File.Exists(Path.Combine(folder.Path, "plugs.o")));
    }

    [Theory]
    [InlineData("missing.dll")]
    [InlineData("broken.dll")]
    public void A_plug_assembly_that_cannot_be_loaded_is_an_error(string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "broken.dll"), "this is no assembly");
        string path = Path.Combine(folder.Path, name);
        var error = Assert.Throws<BuildException>(() => AssemblerMethods.Emit([path], Path.Combine(folder.Path, "plugs.o")));
        BuildDiagnostic diagnostic = Assert.Single(error.Diagnostics);
        Assert.Equal("AZ3001", diagnostic.Code);
        Assert.Contains(path, diagnostic.Message);
    }

    [Fact]
    public unsafe void Offsets_are_those_of_the_real_struct()
    {
        TrapFrame frame;
        Assert.Equal((int)((byte*)&frame.Rip - (byte*)&frame), Offset.Of<TrapFrame>(nameof(TrapFrame.Rip)));
        Assert.Equal(sizeof(CoreBlock), Offset.SizeOf<CoreBlock>());
        Assert.Equal(2, Offset.Of<WithBoolean>(nameof(WithBoolean.Behind))); // the marshaller would say 4
        Assert.Equal("AZ3009", Assert.Single(Assert.Throws<BuildException>(() => Offset.Of<TrapFrame>("Rix")).Diagnostics).Code);
    }

    private struct WithBoolean(bool flag, char behind)
    {
        internal bool Flag = flag;
        internal char Behind = behind;
    }

    /// <summary>Of the assembler methods and of the generated system-call entries.</summary>
    private static IReadOnlyList<ElfSymbol> Symbols()
        => ElfFile.Parse(KernelMethods.With(o => SyscallStubs.Emit([], new Dictionary<string, RegisterUse>(), o)).ToArray(), "plugs.o").Symbols;

    private static IEnumerable<MethodInfo> KernelCode()
        => typeof(CoreBlock).Assembly.GetTypes().SelectMany(t => t.GetMethods(
            BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));

    private static IEnumerable<string> Imports()
        => KernelCode().Select(m => m.GetCustomAttribute<RuntimeImportAttribute>()?.EntryPoint).OfType<string>().Distinct();

    private static IEnumerable<string> Exports()
        => KernelCode().Select(m => m.GetCustomAttribute<RuntimeExportAttribute>()?.EntryPoint).OfType<string>().Distinct();
}
