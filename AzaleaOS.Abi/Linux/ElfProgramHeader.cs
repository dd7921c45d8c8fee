using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>Elf64_Phdr.</summary>
/// <remarks>Source: System V ABI, Object Files, Program Header.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 56)]
public struct ElfProgramHeader
{
    /// <summary>PT_ constant.</summary>
    [FieldOffset(0)] public uint Type;

    /// <summary>PF_ constants.</summary>
    [FieldOffset(4)] public uint Flags;

    /// <summary>Where the bytes are in the file.</summary>
    [FieldOffset(8)] public ulong Offset;

    /// <summary>Where they go.</summary>
    [FieldOffset(16)] public ulong VirtualAddress;

    /// <summary>Not used.</summary>
    [FieldOffset(24)] public ulong PhysicalAddress;

    /// <summary>Bytes in the file.</summary>
    [FieldOffset(32)] public ulong FileSize;

    /// <summary>Bytes in memory; what the file does not hold is zero.</summary>
    [FieldOffset(40)] public ulong MemorySize;

    /// <summary>A power of two, or 0.</summary>
    [FieldOffset(48)] public ulong Alignment;
}
