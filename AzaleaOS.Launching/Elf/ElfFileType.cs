namespace AzaleaOS.Build.Elf;

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
