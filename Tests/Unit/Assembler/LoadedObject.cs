using System.Runtime.InteropServices;
using AzaleaOS.Build.Assembler;
using AzaleaOS.Build.Elf;
using Iced.Intel;

namespace AzaleaOS.Tests.Unit.Assembler;

/// <summary>An object in this process's memory, below 2 GiB, ready to be called.</summary>
/// <remarks>
/// CLI, STI and the other instructions that only ring 0 may run become NOPs where a test asks for it. A
/// symbol that is not defined leads to a trap.
/// </remarks>
internal sealed unsafe class LoadedObject : IDisposable
{
    private const int ReadWriteExecute = 7;
    private const int PrivateAnonymousLow = 0x2 | 0x20 | 0x40; // MAP_PRIVATE, MAP_ANONYMOUS, MAP_32BIT
    private const byte Int3 = 0xcc;
    private const byte Nop = 0x90;

    private readonly Dictionary<string, nint> _symbols = new(StringComparer.Ordinal);
    private readonly nint _memory;
    private readonly nuint _size;

    internal LoadedObject(KernelObject source, bool inRing3 = false)
    {
        var file = ElfFile.Parse(source.ToArray(), "test.o");
        var starts = new Dictionary<int, nint>();
        nint size = 16; // the first bytes are where undefined symbols lead
        foreach (ElfSection section in file.Sections.Where(s => s.IsAllocated))
        {
            nint alignment = (nint)Math.Max(section.Alignment, 16);
            size = (size + alignment - 1) & -alignment;
            starts.Add(section.Index, size);
            size += (nint)section.Size;
        }

        _size = (nuint)size;
        _memory = mmap(0, _size, ReadWriteExecute, PrivateAnonymousLow, -1, 0);
        Assert.NotEqual(-1, _memory);
        *(byte*)_memory = Int3;
        foreach (ElfSymbol symbol in file.Symbols.Where(s => s.Name.Length > 0))
            _symbols[symbol.Name] = symbol.IsUndefined ? _memory : _memory + starts[symbol.SectionIndex] + (nint)symbol.Value;
        foreach ((int index, nint start) in starts)
        {
            ElfSection section = file.Sections[index];
            file.Contents(section).CopyTo(new Span<byte>((void*)(_memory + start), (int)section.Size));
            foreach (ElfRelocation relocation in file.Relocations(section))
                Apply(_memory + start + (nint)relocation.Offset, relocation);
        }

        if (inRing3)
        {
            foreach (ElfSymbol symbol in file.Symbols.Where(s => s.Type == ElfSymbolType.Function && !s.IsUndefined))
                DropInterruptFlagChanges((byte*)_symbols[symbol.Name], (int)symbol.Size);
        }
    }

    internal nint this[string symbol] => _symbols[symbol];

    public void Dispose() => _ = munmap(_memory, _size);

    private void Apply(nint place, ElfRelocation relocation)
    {
        nint value = _symbols[relocation.Symbol.Name] + (nint)relocation.Addend;
        switch (relocation.Type)
        {
            case ElfRelocationType.Absolute64:
                *(nint*)place = value;
                break;
            case ElfRelocationType.PcRelative32 or ElfRelocationType.Plt32:
                *(int*)place = checked((int)(value - place));
                break;
            default:
                // Physical addresses do not mean anything here, and are not used here.
                *(int*)place = (int)value;
                break;
        }
    }

    private static void DropInterruptFlagChanges(byte* code, int length)
    {
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(new ReadOnlySpan<byte>(code, length).ToArray()));
        while (decoder.IP < (ulong)length)
        {
            decoder.Decode(out Instruction instruction);
            if (instruction.Mnemonic is Mnemonic.Cli or Mnemonic.Sti)
                code[instruction.IP] = Nop;
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern nint mmap(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [DllImport("libc", SetLastError = true)]
    private static extern int munmap(nint address, nuint length);
}
