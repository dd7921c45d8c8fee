namespace AzaleaOS.Build.Elf;

/// <summary>A function that one or more symbols name.</summary>
/// <param name="Address">Its first byte.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Names">Its symbols, in ordinal order.</param>
/// <param name="Section">Where it lies.</param>
public sealed record ElfFunction(ulong Address, ulong Size, IReadOnlyList<string> Names, ElfImageSection Section)
{
    /// <summary>The first byte behind it.</summary>
    public ulong End => Address + Size;

    /// <summary>Its bytes.</summary>
    public ReadOnlySpan<byte> Code => Section.Bytes.AsSpan((int)(Address - Section.Address), (int)Size);
}
