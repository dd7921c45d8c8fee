namespace AzaleaOS.Build.Elf;

/// <summary>What a symbol names: the low half of st_info.</summary>
public enum ElfSymbolType : byte
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>Data.</summary>
    Object = 1,

    /// <summary>A function.</summary>
    Function = 2,

    /// <summary>A section.</summary>
    Section = 3,

    /// <summary>A source file.</summary>
    File = 4,
}
