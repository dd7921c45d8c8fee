using System.Runtime.InteropServices;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Tests.Unit.Promotion;

/// <summary>The program headers of a file.</summary>
internal sealed class ElfHeaderView(byte[] file)
{
    internal ElfProgramHeader[] Segments { get; } = Read(file);

    private static ElfProgramHeader[] Read(byte[] file)
    {
        ElfHeader header = MemoryMarshal.Read<ElfHeader>(file);
        return MemoryMarshal.Cast<byte, ElfProgramHeader>(file.AsSpan((int)header.ProgramHeaders, header.ProgramHeaderCount * 56)).ToArray();
    }
}
