using System.Globalization;
using System.Text;

namespace AzaleaOS.Build.Images;

/// <summary>Finds a file in a cpio archive of the form "newc", as <see cref="CpioWriter"/> writes it.</summary>
internal static class CpioReader
{
    private const int HeaderBytes = 110;
    private const int FieldBytes = 8;

    // Which of the header's numbers, which begin behind the magic number. Source: cpio(5), "New ASCII Format".
    private const int ModeField = 1;
    private const int SizeField = 6;
    private const int NameSizeField = 11;

    private const uint KindMask = 0xF000;
    private const uint RegularFile = 0x8000;

    private static ReadOnlySpan<byte> Magic => "070701"u8;

    /// <summary>The content of a name.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="path">A path from the root, with or without a slash in front.</param>
    /// <param name="content">What the file holds.</param>
    /// <returns>False if it is not there, no file, or behind something that is no entry.</returns>
    internal static bool TryFind(ReadOnlySpan<byte> archive, string path, out ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> wanted = Encoding.UTF8.GetBytes(path.TrimStart('/'));
        content = default;
        for (int at = 0; at + HeaderBytes <= archive.Length;)
        {
            ReadOnlySpan<byte> header = archive.Slice(at, HeaderBytes);
            if (!header.StartsWith(Magic) || !TryNumber(header, NameSizeField, out uint nameSize) || !TryNumber(header, SizeField, out uint size)
                || !TryNumber(header, ModeField, out uint mode))
                return false;
            long contentAt = Padded((long)at + HeaderBytes + nameSize);
            long next = Padded(contentAt + size);
            if (next > archive.Length)
                return false;
            ReadOnlySpan<byte> name = archive.Slice(at + HeaderBytes, (int)nameSize);
            int end = name.IndexOf((byte)0);
            if ((mode & KindMask) == RegularFile && name[..(end < 0 ? name.Length : end)].SequenceEqual(wanted))
            {
                content = archive.Slice((int)contentAt, (int)size);
                return true;
            }

            at = (int)next;
        }

        return false;
    }

    private static bool TryNumber(ReadOnlySpan<byte> header, int field, out uint value)
        => uint.TryParse(header.Slice(Magic.Length + (field * FieldBytes), FieldBytes), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static long Padded(long length) => (length + 3) & ~3L;
}
