namespace AzaleaOS.Build.Elf;

/// <summary>A section at its address, with its relocations applied.</summary>
public sealed class ElfImageSection
{
    private readonly List<(ulong Place, ulong Target)> _pointers = [];

    internal ElfImageSection(ElfFile file, ElfSection section, ulong address, byte[] bytes)
    {
        File = file;
        Section = section;
        Address = address;
        Bytes = bytes;
    }

    /// <summary>Where it comes from.</summary>
    public ElfFile File { get; }

    /// <summary>Its header.</summary>
    public ElfSection Section { get; }

    /// <summary>Its first byte; 0 for sections that are not loaded.</summary>
    public ulong Address { get; }

    /// <summary>Its contents, empty for NoBits.</summary>
    public byte[] Bytes { get; }

    /// <summary>The eight-byte pointers that relocations put into it. Empty in a linked executable.</summary>
    public IReadOnlyList<(ulong Place, ulong Target)> Pointers => _pointers;

    internal void AddPointer(ulong place, ulong target) => _pointers.Add((place, target));
}
