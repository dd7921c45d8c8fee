namespace AzaleaOS.Build.Elf;

/// <summary>A section header. Offset and size are in bytes and lie inside the file, except for NoBits.</summary>
public sealed record ElfSection(
    int Index,
    string Name,
    ElfSectionType Type,
    ElfSectionAttributes Attributes,
    ulong Address,
    ulong Offset,
    ulong Size,
    uint Link,
    uint Info,
    ulong Alignment,
    ulong EntrySize)
{
    /// <summary>Takes memory while the program runs.</summary>
    public bool IsAllocated => Attributes.HasFlag(ElfSectionAttributes.Allocate);

    /// <summary>Holds instructions.</summary>
    public bool IsCode => Attributes.HasFlag(ElfSectionAttributes.Execute);
}

/// <summary>A program header. Offset and file size are in bytes and lie inside the file.</summary>
public sealed record ElfSegment(
    ElfSegmentType Type,
    ElfSegmentAttributes Attributes,
    ulong Offset,
    ulong VirtualAddress,
    ulong PhysicalAddress,
    ulong FileSize,
    ulong MemorySize,
    ulong Alignment);

/// <summary>A symbol. In an object the value is an offset in its section, in an executable an address.</summary>
public sealed record ElfSymbol(
    int Index,
    string Name,
    ulong Value,
    ulong Size,
    ElfSymbolType Type,
    ElfSymbolBinding Binding,
    ushort SectionIndex)
{
    /// <summary>The section index of symbols that are not sections' offsets but plain numbers.</summary>
    public const ushort Absolute = 0xfff1;

    /// <summary>Defined in another file.</summary>
    public bool IsUndefined => SectionIndex == 0;
}

/// <summary>A place in a section that depends on a symbol's address.</summary>
/// <param name="Offset">Of the place, in its section.</param>
/// <param name="Type">How it is computed.</param>
/// <param name="Symbol">The symbol.</param>
/// <param name="Addend">Added to the symbol's address.</param>
public readonly record struct ElfRelocation(ulong Offset, ElfRelocationType Type, ElfSymbol Symbol, long Addend);
