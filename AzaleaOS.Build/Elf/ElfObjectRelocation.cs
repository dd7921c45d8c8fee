namespace AzaleaOS.Build.Elf;

/// <summary>A place in a section that the linker fills in.</summary>
/// <param name="Offset">Of the place, from the section's start.</param>
/// <param name="Type">How it is computed.</param>
/// <param name="Symbol">The symbol.</param>
/// <param name="Addend">Added to the symbol's address.</param>
public readonly record struct ElfObjectRelocation(long Offset, ElfRelocationType Type, ElfObjectSymbol Symbol, long Addend);
