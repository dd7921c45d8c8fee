namespace AzaleaOS.Build.Elf;

/// <summary>A place in a section that depends on a symbol's address.</summary>
/// <param name="Offset">Of the place, in its section.</param>
/// <param name="Type">How it is computed.</param>
/// <param name="Symbol">The symbol.</param>
/// <param name="Addend">Added to the symbol's address.</param>
public readonly record struct ElfRelocation(ulong Offset, ElfRelocationType Type, ElfSymbol Symbol, long Addend);
