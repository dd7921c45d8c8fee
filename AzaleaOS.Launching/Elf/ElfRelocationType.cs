namespace AzaleaOS.Build.Elf;

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
