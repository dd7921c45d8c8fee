using System.Runtime.InteropServices;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Loader;

namespace AzaleaOS.Tests.Unit.Applications;

/// <summary>An ELF file under construction: sound as it is made, and wrong where a test makes it so.</summary>
internal sealed unsafe class ElfFile
{
    internal ElfHeader Header;
    internal List<ElfProgramHeader> Segments { get; } = [];
    internal byte[] Contents { get; } = new byte[0x4000];

    internal ElfFile(ushort type = ElfConstants.TypeExecutable, ulong at = 0x400000)
    {
        Random.Shared.NextBytes(Contents);
        Header.Identification[0] = 0x7f;
        Header.Identification[1] = (byte)'E';
        Header.Identification[2] = (byte)'L';
        Header.Identification[3] = (byte)'F';
        Header.Identification[4] = ElfConstants.Class64;
        Header.Identification[5] = ElfConstants.LittleEndian;
        Header.Identification[6] = ElfConstants.CurrentVersion;
        Header.Type = type;
        Header.Machine = ElfConstants.MachineX64;
        Header.Version = 1;
        Header.ProgramHeaders = 64;
        Header.ProgramHeaderSize = 56;
        Header.Entry = at + 0x1010;

        // Like busybox: headers, code, constants, and data whose end is bss.
        Load(ElfConstants.FlagRead, 0, at, 0x300, 0x300);
        Load(ElfConstants.FlagRead | ElfConstants.FlagExecute, 0x1000, at + 0x1000, 0x1234, 0x1234);
        Load(ElfConstants.FlagRead | ElfConstants.FlagWrite, 0x2708, at + 0x3708, 0x900, 0x2100);
    }

    internal ElfFile Load(uint flags, ulong offset, ulong address, ulong fileSize, ulong memorySize)
        => Add(ElfConstants.SegmentLoad, flags, offset, address, fileSize, memorySize);

    internal ElfFile Add(uint type, uint flags, ulong offset, ulong address, ulong fileSize, ulong memorySize, ulong alignment = 0x1000)
    {
        Segments.Add(new ElfProgramHeader
        {
            Type = type,
            Flags = flags,
            Offset = offset,
            VirtualAddress = address,
            FileSize = fileSize,
            MemorySize = memorySize,
            Alignment = alignment,
        });
        return this;
    }

    internal ElfFile Change(int segment, Func<ElfProgramHeader, ElfProgramHeader> change)
    {
        Segments[segment] = change(Segments[segment]);
        return this;
    }

    internal byte[] ToBytes()
    {
        byte[] file = [.. Contents];
        if (Header.ProgramHeaderCount == 0)
            Header.ProgramHeaderCount = (ushort)Segments.Count;
        MemoryMarshal.Write(file, Header);
        for (int i = 0; i < Segments.Count; i++)
            MemoryMarshal.Write(file.AsSpan(64 + (56 * i)), Segments[i]);
        return file;
    }

    internal ElfDefect Read(out ElfImage image)
    {
        byte[] bytes = ToBytes();
        return ElfImage.Read(HostApplication.Pin(bytes), (ulong)bytes.Length, out image);
    }
}
