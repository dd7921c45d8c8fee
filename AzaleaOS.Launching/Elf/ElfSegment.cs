namespace AzaleaOS.Build.Elf;

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
