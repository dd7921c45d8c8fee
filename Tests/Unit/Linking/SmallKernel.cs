using AzaleaOS.Build.Assembler;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Linking;
using AzaleaOS.Tests.Unit.Pipeline;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Unit.Linking;

/// <summary>The least that can be linked as a kernel: boot headers, an entry, one thing in each section.</summary>
internal sealed class SmallKernel : IDisposable
{
    private const uint Multiboot2Magic = 0xE85250D6;

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _objects = [];

    internal SmallKernel(Action<KernelObject>? add = null, uint magic = Multiboot2Magic, bool withNote = true)
    {
        var kernel = new KernelObject();
        kernel.Add("multiboot2_header", a =>
        {
            a.Doubleword(magic);
            a.Doubleword(0);
            a.Doubleword(24);
            a.Doubleword(unchecked(0u - Multiboot2Magic - 24));
            a.Doubleword(0);
            a.Doubleword(8);
        }, alignment: 8, section: ".multiboot2");
        if (withNote)
        {
            kernel.Add("pvh_note", a =>
            {
                a.Doubleword(4);
                a.Doubleword(8);
                a.Doubleword(18);
                a.Bytes("Xen\0"u8);
                a.Pointer(a["azalea_entry_multiboot2"]);
            }, alignment: 4, section: ".note.pvh");
        }

        kernel.Add("azalea_entry_multiboot2", a =>
        {
            a.mov(rax, __[a["some_data"]]);
            a.mov(rax, __[a["some_zeros"]]);
            a.mov(rax, __[a["some_constant"]]);
            a.ret();
        });
        kernel.Add("some_data", a => a.Quadword(0x1122_3344_5566_7788), section: ".data");
        kernel.Add("more_zeros", a => a.Reserve(5000), section: ".data");
        kernel.Add("some_zeros", a => a.Reserve(20000), alignment: 4096, section: ".bss");
        kernel.Add("some_constant", a => a.Quadword(7), section: ".rodata");
        kernel.Add("azalea_entry_handoff", a => a.ret(), section: ".text.handoff");
        kernel.Add("never_used", a => a.ret(), section: ".text.unused");
        add?.Invoke(kernel);
        kernel.Write(_folder["small.o"]);
        _objects.Add(_folder["small.o"]);
    }

    internal string this[string name] => _folder[name];

    internal SmallKernel With(ElfObjectWriter writer, string name)
    {
        writer.Write(_folder[name]);
        _objects.Add(_folder[name]);
        return this;
    }

    internal SmallKernel With(string file)
    {
        _objects.Add(file);
        return this;
    }

    internal LinkRequest Request(string? linker = null) => new()
    {
        Objects = [.. _objects],
        Output = _folder["out/kernel.elf"],
        MapFile = _folder["out/kernel.map"],
        StrippedOutput = _folder["out/kernel.stripped.elf"],
        Linker = linker,
    };

    internal ElfFile Link(string? linker = null)
    {
        Directory.CreateDirectory(_folder["out"]);
        return ElfFile.Open(Linker.Link(Request(linker)).Output);
    }

    public void Dispose() => _folder.Dispose();
}
