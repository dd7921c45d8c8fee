namespace AzaleaOS.Build.Elf;

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
