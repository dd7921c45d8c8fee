namespace AzaleaOS.Build.Elf;

// Names and values: System V gABI, chapters 4 and 5; System V ABI for AMD64, table 4.9.

/// <summary>What an ELF file is for: e_type.</summary>
public enum ElfFileType : ushort
{
    /// <summary>A relocatable object.</summary>
    Relocatable = 1,

    /// <summary>An executable with fixed addresses.</summary>
    Executable = 2,

    /// <summary>A shared object, or an executable that may be placed anywhere.</summary>
    Dynamic = 3,
}

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

/// <summary>How a section is treated: sh_flags.</summary>
[Flags]
public enum ElfSectionAttributes : ulong
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>Writable while the program runs.</summary>
    Write = 1,

    /// <summary>Takes memory while the program runs.</summary>
    Allocate = 2,

    /// <summary>Holds instructions.</summary>
    Execute = 4,

    /// <summary>Compressed contents (only for sections that are not loaded).</summary>
    Compressed = 0x800,
}

/// <summary>What a segment is: p_type.</summary>
public enum ElfSegmentType : uint
{
    /// <summary>Loaded into memory.</summary>
    Load = 1,

    /// <summary>Names a program interpreter.</summary>
    Interpreter = 3,

    /// <summary>Notes, such as Xen's PVH entry.</summary>
    Note = 4,
}

/// <summary>What may be done with a segment's memory: p_flags.</summary>
[Flags]
public enum ElfSegmentAttributes : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Execute.</summary>
    Execute = 1,

    /// <summary>Write.</summary>
    Write = 2,

    /// <summary>Read.</summary>
    Read = 4,
}

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

/// <summary>The relocations that ilc, the assembler methods and the kernel's build use.</summary>
public enum ElfRelocationType : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>S + A, 8 bytes.</summary>
    Absolute64 = 1,

    /// <summary>S + A - P, 4 bytes, signed.</summary>
    PcRelative32 = 2,

    /// <summary>L + A - P, 4 bytes, signed.</summary>
    Plt32 = 4,

    /// <summary>S + A, 4 bytes, zero-extended.</summary>
    Absolute32 = 10,

    /// <summary>S + A, 4 bytes, sign-extended.</summary>
    Absolute32Signed = 11,

    /// <summary>S + A, 2 bytes.</summary>
    Absolute16 = 12,

    /// <summary>S + A - P, 8 bytes.</summary>
    PcRelative64 = 24,
}
