namespace AzaleaOS.Abi.Linux;

/// <summary>Numbers of the ELF format that a static x86-64 program uses.</summary>
/// <remarks>Sources: System V ABI, Object Files; Linux, include/uapi/linux/elf.h and elf-em.h.</remarks>
public static class ElfConstants
{
    /// <summary>The first four bytes, as a little-endian word.</summary>
    public const uint Magic = 0x464c457f;

    /// <summary>ELFCLASS32.</summary>
    public const byte Class32 = 1;

    /// <summary>ELFCLASS64.</summary>
    public const byte Class64 = 2;

    /// <summary>ELFDATA2LSB.</summary>
    public const byte LittleEndian = 1;

    /// <summary>EV_CURRENT.</summary>
    public const byte CurrentVersion = 1;

    /// <summary>ET_EXEC.</summary>
    public const ushort TypeExecutable = 2;

    /// <summary>ET_DYN.</summary>
    public const ushort TypeShared = 3;

    /// <summary>EM_X86_64.</summary>
    public const ushort MachineX64 = 62;

    /// <summary>PT_LOAD.</summary>
    public const uint SegmentLoad = 1;

    /// <summary>PT_INTERP.</summary>
    public const uint SegmentInterpreter = 3;

    /// <summary>PT_NOTE.</summary>
    public const uint SegmentNote = 4;

    /// <summary>PT_PHDR.</summary>
    public const uint SegmentHeaders = 6;

    /// <summary>PT_TLS.</summary>
    public const uint SegmentThreadStorage = 7;

    /// <summary>PT_GNU_STACK.</summary>
    public const uint SegmentStack = 0x6474e551;

    /// <summary>PT_GNU_EH_FRAME.</summary>
    public const uint SegmentFrameTable = 0x6474e550;

    /// <summary>PF_X.</summary>
    public const uint FlagExecute = 1;

    /// <summary>PF_W.</summary>
    public const uint FlagWrite = 2;

    /// <summary>PF_R.</summary>
    public const uint FlagRead = 4;
}
