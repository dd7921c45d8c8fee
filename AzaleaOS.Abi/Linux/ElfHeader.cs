using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>Elf64_Ehdr.</summary>
/// <remarks>Source: System V ABI, Object Files, ELF Header.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public unsafe struct ElfHeader
{
    /// <summary>Magic, class, byte order, version.</summary>
    [FieldOffset(0)] public fixed byte Identification[16];

    /// <summary>ET_ constant.</summary>
    [FieldOffset(16)] public ushort Type;

    /// <summary>EM_ constant.</summary>
    [FieldOffset(18)] public ushort Machine;

    /// <summary>1.</summary>
    [FieldOffset(20)] public uint Version;

    /// <summary>Address of the first instruction.</summary>
    [FieldOffset(24)] public ulong Entry;

    /// <summary>File offset of the program headers.</summary>
    [FieldOffset(32)] public ulong ProgramHeaders;

    /// <summary>File offset of the section headers.</summary>
    [FieldOffset(40)] public ulong SectionHeaders;

    /// <summary>0 on x86-64.</summary>
    [FieldOffset(48)] public uint Flags;

    /// <summary>64.</summary>
    [FieldOffset(52)] public ushort HeaderSize;

    /// <summary>56.</summary>
    [FieldOffset(54)] public ushort ProgramHeaderSize;

    /// <summary>Entries.</summary>
    [FieldOffset(56)] public ushort ProgramHeaderCount;

    /// <summary>64.</summary>
    [FieldOffset(58)] public ushort SectionHeaderSize;

    /// <summary>Entries.</summary>
    [FieldOffset(60)] public ushort SectionHeaderCount;

    /// <summary>Which section holds the names.</summary>
    [FieldOffset(62)] public ushort SectionNames;
}
