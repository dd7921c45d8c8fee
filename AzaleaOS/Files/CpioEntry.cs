using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace AzaleaOS.Files;

/// <summary>One file of a cpio archive in the "newc" format.</summary>
/// <remarks>
/// A header of 110 bytes (a magic number and thirteen numbers of eight hexadecimal digits), the name
/// with a final zero, and the contents; name and contents are padded to four bytes.
/// Source: Linux, Documentation/driver-api/early-userspace/buffer-format.rst; cpio(5).
/// </remarks>
internal unsafe struct CpioEntry
{
    private const int HeaderBytes = 110;
    private const int NumberBytes = 8;
    private const int FirstNumber = 6;

    /// <summary>Number of the file in its archive, with the device: names with the same number are one file.</summary>
    internal ulong Identity;

    /// <summary>Kind and permissions.</summary>
    internal uint Mode;

    /// <summary>Owner.</summary>
    internal uint User;

    /// <summary>Group.</summary>
    internal uint Group;

    /// <summary>Names of the file.</summary>
    internal uint Links;

    /// <summary>Seconds since 1970 UTC.</summary>
    internal uint Modified;

    /// <summary>Which device, in Linux's encoding.</summary>
    internal ulong SpecialDevice;

    /// <summary>The path's first byte.</summary>
    internal byte* Name;

    /// <summary>Bytes of the path, without the final zero.</summary>
    internal int NameLength;

    /// <summary>The first byte of the contents.</summary>
    internal byte* Data;

    /// <summary>How many.</summary>
    internal uint Size;

    /// <summary>The path.</summary>
    internal readonly ReadOnlySpan<byte> Path => new(Name, NameLength);

    /// <summary>The entry that ends an archive.</summary>
    internal readonly bool IsTrailer => Path.SequenceEqual("TRAILER!!!"u8);

    /// <summary>Reads the entry at an offset.</summary>
    /// <param name="archive">The archive's first byte.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="offset">Where the entry begins; afterwards, where the next one does.</param>
    /// <param name="entry">The entry, if nothing is wrong.</param>
    internal static CpioDefect Read(byte* archive, ulong size, ref ulong offset, out CpioEntry entry)
    {
        entry = default;
        if (offset > size || size - offset < HeaderBytes)
        {
            return CpioDefect.Truncated;
        }

        ReadOnlySpan<byte> header = new(archive + offset, HeaderBytes);
        if (!header.StartsWith("070701"u8) && !header.StartsWith("070702"u8))
        {
            return CpioDefect.BadMagic;
        }

        bool isSound = Numbers(archive + offset, 0, out uint inode, out entry.Mode)
            & Numbers(archive + offset, 2, out entry.User, out entry.Group)
            & Numbers(archive + offset, 4, out entry.Links, out entry.Modified)
            & Numbers(archive + offset, 6, out entry.Size, out uint major)
            & Numbers(archive + offset, 8, out uint minor, out uint specialMajor)
            & Numbers(archive + offset, 10, out uint specialMinor, out uint nameSize);
        if (!isSound)
        {
            return CpioDefect.BadNumber;
        }

        entry.Identity = inode | ((ulong)(minor + (major << 12)) << 32);
        entry.SpecialDevice = DeviceNumber.Of(specialMajor, specialMinor);
        ulong name = offset + HeaderBytes;
        if (nameSize > size - name)
        {
            return CpioDefect.Truncated;
        }

        entry.Name = archive + name;
        if (nameSize < 2 || nameSize > 4096 || entry.Name[nameSize - 1] != 0)
        {
            return CpioDefect.BadName;
        }

        // Zeros behind the name move the contents, to the start of a page for one.
        while (entry.Name[entry.NameLength] != 0)
        {
            entry.NameLength++;
        }

        if (entry.NameLength == 0)
        {
            return CpioDefect.BadName;
        }

        ulong data = Align(name + nameSize);
        if (entry.Size != 0 && (data > size || entry.Size > size - data))
        {
            return CpioDefect.Truncated;
        }

        entry.Data = archive + data;
        offset = Align(data + entry.Size);
        return CpioDefect.None;
    }

    private static ulong Align(ulong offset) => (offset + 3) & ~3UL;

    // Two numbers at once: sixteen hexadecimal digits, a byte each, the highest first.
    private static bool Numbers(byte* header, int index, out uint first, out uint second)
    {
        Vector128<byte> text = Vector128.Load(header + FirstNumber + (index * NumberBytes));
        Vector128<byte> digits = text - Vector128.Create((byte)'0');
        Vector128<byte> letters = (text | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a');
        Vector128<byte> areDigits = Vector128.Equals(Vector128.Min(digits, Vector128.Create((byte)9)), digits);
        Vector128<byte> areLetters = Vector128.Equals(Vector128.Min(letters, Vector128.Create((byte)5)), letters);
        Vector128<ulong> values = ((digits & areDigits) | ((letters + Vector128.Create((byte)10)) & areLetters)).AsUInt64();
        first = Join(values.GetElement(0));
        second = Join(values.GetElement(1));
        return (areDigits | areLetters) == Vector128<byte>.AllBitsSet;
    }

    private static uint Join(ulong digits)
    {
        digits = BinaryPrimitives.ReverseEndianness(digits);
        digits = (digits | (digits >> 4)) & 0x00ff_00ff_00ff_00ff;
        digits = (digits | (digits >> 8)) & 0x0000_ffff_0000_ffff;
        return (uint)(digits | (digits >> 16));
    }
}
