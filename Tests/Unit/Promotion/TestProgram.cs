using System.Runtime.InteropServices;
using AzaleaOS.Abi.Linux;
using Iced.Intel;

namespace AzaleaOS.Tests.Unit.Promotion;

/// <summary>A static program of a few instructions, without sections and symbols.</summary>
internal static class TestProgram
{
    internal const ulong Base = 0x400000;
    internal const ulong Text = 0x401000;
    internal const ulong Data = 0x402000;

    private const int TextOffset = 0x1000;
    private const int DataOffset = 0x2000;

    /// <summary>The file.</summary>
    /// <param name="emit">Its code; the entry is the first instruction.</param>
    /// <param name="data">Eight-byte values in its data.</param>
    /// <param name="further">More segments.</param>
    internal static byte[] Create(Action<Iced.Intel.Assembler> emit, ulong[]? data = null, params ElfProgramHeader[] further)
    {
        var assembler = new Iced.Intel.Assembler(64);
        emit(assembler);
        using var code = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(code), Text);

        byte[] file = new byte[0x3000];
        ElfProgramHeader[] segments =
        [
            Load(ElfConstants.FlagRead, 0, Base, 0x200),
            Load(ElfConstants.FlagRead | ElfConstants.FlagExecute, TextOffset, Text, (ulong)code.Length),
            Load(ElfConstants.FlagRead | ElfConstants.FlagWrite, DataOffset, Data, 0x100),
            .. further,
        ];
        var header = new ElfHeader
        {
            Type = ElfConstants.TypeExecutable,
            Machine = ElfConstants.MachineX64,
            Version = 1,
            Entry = Text,
            ProgramHeaders = 64,
            HeaderSize = 64,
            ProgramHeaderSize = 56,
            ProgramHeaderCount = (ushort)segments.Length,
        };
        MemoryMarshal.Write(file, header);
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(file);
        MemoryMarshal.AsBytes(segments.AsSpan()).CopyTo(file.AsSpan(64));
        code.ToArray().CopyTo(file, TextOffset);
        MemoryMarshal.AsBytes((data ?? []).AsSpan()).CopyTo(file.AsSpan(DataOffset));
        return file;
    }

    internal static ElfProgramHeader Load(uint flags, ulong offset, ulong address, ulong size) => new()
    {
        Type = ElfConstants.SegmentLoad,
        Flags = flags,
        Offset = offset,
        VirtualAddress = address,
        FileSize = size,
        MemorySize = size,
        Alignment = 0x1000,
    };

    /// <summary>The instructions at an address of a file.</summary>
    internal static Instruction[] Decode(byte[] file, ulong address, int count)
    {
        ElfHeader header = MemoryMarshal.Read<ElfHeader>(file);
        ReadOnlySpan<ElfProgramHeader> segments = MemoryMarshal.Cast<byte, ElfProgramHeader>(file.AsSpan((int)header.ProgramHeaders, header.ProgramHeaderCount * 56));
        foreach (ElfProgramHeader segment in segments)
        {
            if (segment.Type != ElfConstants.SegmentLoad || address - segment.VirtualAddress >= segment.FileSize)
                continue;
            int offset = (int)(segment.Offset + (address - segment.VirtualAddress));
            Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(file, offset, Math.Min(256, file.Length - offset)), address, DecoderOptions.None);
            return [.. Enumerable.Range(0, count).Select(_ => decoder.Decode())];
        }

        throw new ArgumentException($"{address:x} is in no segment");
    }
}
