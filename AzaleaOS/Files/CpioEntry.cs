using System.Buffers.Binary;
using System.Runtime.CompilerServices;

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

        uint nameSize = 0;
        bool numbers = Number(header, 1, out entry.Mode)
            && Number(header, 2, out entry.User)
            && Number(header, 3, out entry.Group)
            && Number(header, 4, out entry.Links)
            && Number(header, 5, out entry.Modified)
            && Number(header, 6, out entry.Size)
            && Number(header, 11, out nameSize);
        if (!numbers
            || !Number(header, 0, out uint inode)
            || !Number(header, 7, out uint major)
            || !Number(header, 8, out uint minor)
            || !Number(header, 9, out uint specialMajor)
            || !Number(header, 10, out uint specialMinor))
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

    // Eight hexadecimal digits at once, a byte each, the highest first.
    private static bool Number(ReadOnlySpan<byte> header, int index, out uint value)
    {
        const ulong Each = 0x0101_0101_0101_0101;
        ulong text = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref Unsafe.AsRef(in header[FirstNumber + (index * NumberBytes)])));
        ulong letters = (text >> 6) & Each; // digits have no 0x40
        ulong low = text & (Each * 0xf);

        // Digits are 0 to 9, letters 1 to 6, and there is nothing else in their bytes.
        ulong isTooHigh = (low + (Each * 6) + (letters * 3)) >> 4;
        ulong isTooLow = letters & ~((low + (Each * 0xf)) >> 4);
        ulong isSmall = text & (letters << 5);
        bool isSound = ((isTooHigh | isTooLow) & Each) == 0 && text == (low | isSmall | (letters << 6) | ((Each ^ letters) * '0'));
        ulong digits = low + (letters * 9);
        digits = (digits | (digits >> 4)) & 0x00ff_00ff_00ff_00ff;
        digits = (digits | (digits >> 8)) & 0x0000_ffff_0000_ffff;
        value = (uint)(digits | (digits >> 16));
        return isSound;
    }
}
