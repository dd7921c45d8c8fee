namespace AzaleaOS.Abi.Linux;

/// <summary>Keys of the auxiliary vector that a program finds above its environment.</summary>
/// <remarks>Source: Linux, include/uapi/linux/auxvec.h.</remarks>
public enum AuxiliaryKey : ulong
{
    /// <summary>AT_NULL: the end.</summary>
    End = 0,

    /// <summary>AT_PHDR: the program headers in memory.</summary>
    ProgramHeaders = 3,

    /// <summary>AT_PHENT: bytes of one.</summary>
    ProgramHeaderSize = 4,

    /// <summary>AT_PHNUM: how many.</summary>
    ProgramHeaderCount = 5,

    /// <summary>AT_PAGESZ: bytes of a page.</summary>
    PageSize = 6,

    /// <summary>AT_BASE: the dynamic linker; 0 for a static program.</summary>
    InterpreterBase = 7,

    /// <summary>AT_FLAGS: 0.</summary>
    Flags = 8,

    /// <summary>AT_ENTRY: the program's first instruction.</summary>
    Entry = 9,

    /// <summary>AT_UID.</summary>
    User = 11,

    /// <summary>AT_EUID.</summary>
    EffectiveUser = 12,

    /// <summary>AT_GID.</summary>
    Group = 13,

    /// <summary>AT_EGID.</summary>
    EffectiveGroup = 14,

    /// <summary>AT_PLATFORM: the processor's name.</summary>
    Platform = 15,

    /// <summary>AT_HWCAP: CPUID 1, edx.</summary>
    Hardware = 16,

    /// <summary>AT_CLKTCK: clock ticks per second.</summary>
    ClockTicks = 17,

    /// <summary>AT_SECURE: 1 for a set-user-id program.</summary>
    Secure = 23,

    /// <summary>AT_RANDOM: 16 random bytes.</summary>
    Random = 25,

    /// <summary>AT_HWCAP2: bit 1, the FSGSBASE instructions may be used.</summary>
    Hardware2 = 26,

    /// <summary>AT_EXECFN: the program's path.</summary>
    FileName = 31,

    /// <summary>AT_SYSINFO_EHDR: the vDSO.</summary>
    Vdso = 33,

    /// <summary>AT_MINSIGSTKSZ: bytes that a signal's frame takes.</summary>
    SignalStackSize = 51,
}
