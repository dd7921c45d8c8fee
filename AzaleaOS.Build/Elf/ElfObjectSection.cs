using System.Buffers.Binary;

namespace AzaleaOS.Build.Elf;

/// <summary>A section of an object that is being written. It grows at its end.</summary>
public sealed class ElfObjectSection
{
    private readonly List<byte> _bytes = [];
    private readonly List<ElfObjectRelocation> _relocations = [];
    private long _reserved;

    internal ElfObjectSection(string name, ElfSectionType type, ElfSectionAttributes attributes)
    {
        Name = name;
        Type = type;
        Attributes = attributes;
    }

    /// <summary>The name, with its dot.</summary>
    public string Name { get; }

    /// <summary>What it holds.</summary>
    public ElfSectionType Type { get; }

    /// <summary>How it is treated.</summary>
    public ElfSectionAttributes Attributes { get; }

    /// <summary>The largest alignment asked for, in bytes.</summary>
    public int Alignment { get; private set; } = 1;

    /// <summary>Its length so far, in bytes: where the next byte will be.</summary>
    public long Size => Type == ElfSectionType.NoBits ? _reserved : _bytes.Count;

    /// <summary>The relocations, in the order they were added.</summary>
    public IReadOnlyList<ElfObjectRelocation> Relocations => _relocations;

    internal byte[] Contents => [.. _bytes];

    /// <summary>Adds filler until the length is a multiple of <paramref name="alignment"/>, a power of two.</summary>
    /// <remarks>Code is filled with INT3, so that running off the end of a function traps; everything else with zeros.</remarks>
    public void Align(int alignment)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(int.IsPow2(alignment), true);
        Alignment = Math.Max(Alignment, alignment);
        long wanted = (Size + alignment - 1) & -(long)alignment;
        byte filler = Attributes.HasFlag(ElfSectionAttributes.Execute) ? (byte)0xcc : (byte)0;
        if (Type == ElfSectionType.NoBits)
            _reserved = wanted;
        while (Size < wanted)
            _bytes.Add(filler);
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Type == ElfSectionType.NoBits)
            throw new InvalidOperationException($"{Name} has no contents; only Reserve makes it larger");
        foreach (byte b in bytes)
            _bytes.Add(b);
    }

    /// <summary>Adds four bytes, little-endian.</summary>
    public void Append(uint value)
    {
        Span<byte> b = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(b, value);
        Append(b);
    }

    /// <summary>Adds eight bytes, little-endian.</summary>
    public void Append(ulong value)
    {
        Span<byte> b = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(b, value);
        Append(b);
    }

    /// <summary>Adds an eight-byte pointer to a symbol.</summary>
    public void AppendPointer(ElfObjectSymbol symbol, long addend = 0)
    {
        Relocate(Size, ElfRelocationType.Absolute64, symbol, addend);
        Append(0UL);
    }

    /// <summary>Adds zeros.</summary>
    public void Reserve(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (Type == ElfSectionType.NoBits)
            _reserved += count;
        else
            _bytes.AddRange(new byte[count]);
    }

    /// <summary>Lets the linker compute the bytes at <paramref name="offset"/>, which may lie before or behind the present end.</summary>
    public void Relocate(long offset, ElfRelocationType type, ElfObjectSymbol symbol, long addend)
    {
        if (Type == ElfSectionType.NoBits)
            throw new InvalidOperationException($"{Name} has no contents to relocate");
        _relocations.Add(new ElfObjectRelocation(offset, type, symbol, addend));
    }
}
