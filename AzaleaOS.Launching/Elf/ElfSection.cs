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
