using System.Buffers.Binary;
using System.IO.Compression;
using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Elf;

/// <summary>Debug information that was compressed, as the build of NativeAOT leaves it.</summary>
/// <remarks>Source: ELF specification, Compressed Sections.</remarks>
internal static class CompressedSection
{
    private const int SizeAt = 8;
    private const int HeaderSize = 24;
    private const uint Zlib = 1;
    private const int Largest = 1 << 30;

    /// <summary>The contents of a section, whether it is compressed or not.</summary>
    /// <exception cref="BuildException">AZ5004: compressed in an unknown way, or broken.</exception>
    internal static byte[] Contents(ElfImageSection section)
    {
        byte[] bytes = section.Bytes;
        if (!section.Section.Attributes.HasFlag(ElfSectionAttributes.Compressed))
            return bytes;
        if (bytes.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Zlib)
            throw section.File.Malformed($"{section.Section.Name} is compressed in a way that is not known");
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(SizeAt));
        if (size > Largest)
            throw section.File.Malformed($"{section.Section.Name} cannot have {size} bytes");
        byte[] contents = new byte[size];
        try
        {
            using var stream = new ZLibStream(new MemoryStream(bytes, HeaderSize, bytes.Length - HeaderSize), CompressionMode.Decompress);
            stream.ReadExactly(contents);
            return contents;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw section.File.Malformed($"{section.Section.Name}: {e.Message}");
        }
    }
}
