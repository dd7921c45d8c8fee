namespace AzaleaOS.Build.Elf;

/// <summary>What a section holds: sh_type.</summary>
public enum ElfSectionType : uint
{
    /// <summary>An unused header.</summary>
    Null = 0,

    /// <summary>Code or data.</summary>
    ProgramBits = 1,

    /// <summary>The symbol table.</summary>
    SymbolTable = 2,

    /// <summary>Names.</summary>
    StringTable = 3,

    /// <summary>Relocations with addends.</summary>
    Rela = 4,

    /// <summary>Notes.</summary>
    Note = 7,

    /// <summary>Zeros that take no room in the file.</summary>
    NoBits = 8,

    /// <summary>Relocations without addends.</summary>
    Rel = 9,

    /// <summary>Unwind tables, System V ABI for AMD64.</summary>
    Unwind = 0x70000001,
}
