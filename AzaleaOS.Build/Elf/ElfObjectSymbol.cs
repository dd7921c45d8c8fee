namespace AzaleaOS.Build.Elf;

/// <summary>A symbol of an object that is being written. Undefined until it is placed in a section.</summary>
public sealed class ElfObjectSymbol
{
    internal ElfObjectSymbol(string name) => Name = name;

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Where it is defined; null if another object defines it.</summary>
    public ElfObjectSection? Section { get; private set; }

    /// <summary>Its first byte, from the section's start.</summary>
    public long Offset { get; private set; }

    /// <summary>Its length in bytes.</summary>
    public long Size { get; private set; }

    /// <summary>What it names.</summary>
    public ElfSymbolType Type { get; private set; }

    /// <summary>Who sees it.</summary>
    public ElfSymbolBinding Binding { get; private set; } = ElfSymbolBinding.Global;

    internal void Place(ElfObjectSection section, long offset, long size, ElfSymbolType type, ElfSymbolBinding binding)
    {
        Section = section;
        Offset = offset;
        Size = size;
        Type = type;
        Binding = binding;
    }
}
