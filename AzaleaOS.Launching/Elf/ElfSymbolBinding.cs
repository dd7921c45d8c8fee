namespace AzaleaOS.Build.Elf;

/// <summary>Who sees a symbol: the high half of st_info.</summary>
public enum ElfSymbolBinding : byte
{
    /// <summary>Its own object.</summary>
    Local = 0,

    /// <summary>All objects.</summary>
    Global = 1,

    /// <summary>All objects; another definition wins over it, and a missing one is zero.</summary>
    Weak = 2,
}
