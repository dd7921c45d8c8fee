using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Linking;

/// <summary>Kernel and program in one ELF file that boots.</summary>
/// <remarks>
/// A <see cref="PackedImage"/> with one more loaded segment behind its own, and that segment's place in the kernel's
/// <see cref="LinkedProgram"/>. The loader needs no module, and no command line.
/// </remarks>
internal static class LinkedImage
{
    private const int FileHeaderSize = 64;
    private const int SegmentHeaderSize = 56;
    private const int SegmentCountField = 56;
    private const ulong PageSize = 4096;

    private const uint Readable = 4;

    /// <summary>Puts a program behind a packed kernel.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="words">The command line for a loader that gives none with a program: options, <c>--</c>, the program's argv.</param>
    /// <param name="files">The program and its files.</param>
    /// <returns>The file.</returns>
    /// <exception cref="BuildException">AZ5009: the kernel is not packed, or has a program already. AZ5010: all of it is too long for 32-bit addresses.</exception>
    internal static byte[] Join(ElfFile kernel, IEnumerable<string> words, Initramfs files)
    {
        (ElfSegment content, int place) = LinkedContent.FindPlace(kernel) is { } found && MemoryMarshal.Read<LinkedProgram>(kernel.Contents(found.Content)[found.Place..]).Address == 0
            ? found
            : throw new BuildException("AZ5009", $"{kernel.Path}: no packed kernel without a program; build the Runner image with AzaleaPacked true");
        byte[] program = Describe(words, files);
        ulong address = (content.PhysicalAddress + content.MemorySize + PageSize - 1) & ~(PageSize - 1);
        if (address + (ulong)program.LongLength > uint.MaxValue)
            throw new BuildException("AZ5010", $"a program of {program.LongLength >> 20} MiB does not fit into an image, which is loaded below 4 GiB");

        // One header more moves all that the file holds. The headers stay where GRUB looks for them, in the first 32 KiB.
        int headers = kernel.Segments.Count;
        int old = FileHeaderSize + (headers * SegmentHeaderSize);
        int end = kernel.Bytes.Length + SegmentHeaderSize;
        var image = new byte[end + program.Length];
        kernel.Bytes[..old].CopyTo(image);
        kernel.Bytes[old..].CopyTo(image.AsSpan(old + SegmentHeaderSize));
        program.CopyTo(image.AsSpan(end));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(SegmentCountField), checked((ushort)(headers + 1)));
        for (int i = 0; i < headers; i++)
        {
            Span<byte> offset = image.AsSpan(FileHeaderSize + (i * SegmentHeaderSize) + 8);
            ulong value = BinaryPrimitives.ReadUInt64LittleEndian(offset);
            BinaryPrimitives.WriteUInt64LittleEndian(offset, value == 0 ? 0 : value + SegmentHeaderSize);
        }

        WriteHeader(image.AsSpan(old), (ulong)end, address, (ulong)program.LongLength);
        Span<byte> slot = image.AsSpan((int)content.Offset + SegmentHeaderSize + place);
        MemoryMarshal.Write(slot, new LinkedProgram { Magic = LinkedProgram.MagicNumber, Address = (uint)address, Length = (uint)program.Length });
        return image;
    }

    /// <summary>The command line in a file, or null if it is no kernel with a program.</summary>
    internal static string? CommandLineOf(string path)
    {
        if (!IsElf(path))
            return null;
        ElfFile file;
        try
        {
            file = ElfFile.Open(path);
        }
        catch (BuildException)
        {
            return null;
        }

        return LinkedContent.CommandLineOf(file);
    }

    private static byte[] Describe(IEnumerable<string> words, Initramfs files)
    {
        using var stream = new MemoryStream();
        stream.Write(Encoding.UTF8.GetBytes(KernelCommandLine.Join(words)));
        do
            stream.WriteByte(0);
        while (stream.Position % LinkedProgram.Alignment != 0);
        files.Write(stream);
        return stream.ToArray();
    }

    private static void WriteHeader(Span<byte> header, ulong offset, ulong address, ulong length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)ElfSegmentType.Load);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Readable);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], 8);
    }

    private static bool IsElf(string path)
    {
        if (!File.Exists(path))
            return false;
        using FileStream stream = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        return stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual("\x7F\x45LF"u8);
    }
}
