using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Images;

/// <summary>Writes cpio "newc" records: an ASCII header of 110 bytes, the name, the content, each padded to four bytes.</summary>
/// <param name="stream">Where it goes.</param>
/// <param name="promoted">The name whose content is a program with a <see cref="PromotionRecord"/>; null for none.</param>
internal sealed class CpioWriter(Stream stream, string? promoted = null)
{
    private const string Magic = "070701";
    private const string Trailer = "TRAILER!!!";

    /// <summary>
    /// Archives are padded to whole pages. QEMU's microvm puts a boot module at the very end of memory and over the page
    /// there that its firmware has put the ACPI tables in, unless the module ends with a page.
    /// </summary>
    private const int PageSize = 4096;

    /// <summary>A program at the start of a page needs no copy of what is only read. A smaller one is not worth the page.</summary>
    private const int SmallestAligned = 32 * 1024;

    private const int HeaderBytes = 110;
    private const int LongestName = 4096;

    private uint _inode = 1;
    private long _position;
    private long _programOffset;

    /// <summary>Writes one name with its content.</summary>
    internal void Write(InitramfsEntry entry)
    {
        switch (entry)
        {
            case HostFileEntry file:
                WriteHostFile(file);
                break;
            case MemoryFileEntry file:
                Header(file.Path, file.Mode, (uint)file.Content.Length, links: 1, isAligned: IsAligned(file.Content.Span, file.Content.Length));
                Bytes(file.Content.Span);
                break;
            case LinkEntry link:
                byte[] target = Encoding.UTF8.GetBytes(link.Target);
                Header(link.Path, link.Mode, (uint)target.Length, links: 1);
                Bytes(target);
                break;
            default:
                Header(entry.Path, entry.Mode, 0, links: 2);
                break;
        }

        Pad();
    }

    /// <summary>Writes the entry that ends an archive, and what says how a program of it is promoted.</summary>
    /// <param name="record">A <see cref="PromotionRecord"/> that does not know yet where the program is, and what belongs behind it; or empty.</param>
    internal void Finish(ReadOnlySpan<byte> record)
    {
        _inode = 0;
        Header(Trailer, 0, 0, links: 1, date: 0);
        if (record.IsEmpty)
        {
            Bytes(new byte[(int)(-_position & (PageSize - 1))]);
            stream.Flush();
            return;
        }

        // The record begins a page, so that its pages can be mapped, and its end is the module's end, at the end of a page.
        Bytes(new byte[(int)(-_position & (PageSize - 1))]);
        byte[] placed = record.ToArray();
        MemoryMarshal.AsRef<PromotionRecord>(placed.AsSpan()).ProgramOffset = (ulong)_programOffset;
        Bytes(placed);
        int padding = (int)(-(_position + Marshal.SizeOf<PromotionRecordEnd>()) & (PageSize - 1));
        Bytes(new byte[padding]);
        var end = new PromotionRecordEnd { Bytes = (ulong)(record.Length + padding + Marshal.SizeOf<PromotionRecordEnd>()), Magic = PromotionRecordEnd.MagicNumber };
        Bytes(MemoryMarshal.AsBytes(new ReadOnlySpan<PromotionRecordEnd>(in end)));
        stream.Flush();
    }

    private void WriteHostFile(HostFileEntry file)
    {
        using FileStream source = File.OpenRead(file.HostPath);
        if (source.Length == 0)
        {
            // Files of /proc and /sys have content and no length.
            using var content = new MemoryStream();
            source.CopyTo(content);
            Header(file.Path, file.Mode, (uint)content.Length, links: 1);
            Bytes(content.GetBuffer().AsSpan(0, (int)content.Length));
            return;
        }

        long left = source.Length;
        byte[] buffer = new byte[128 * 1024];
        int count = source.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
        Header(file.Path, file.Mode, (uint)left, links: 1, isAligned: IsAligned(buffer.AsSpan(0, count), left));
        while (left > 0)
        {
            if (count == 0)
                throw LaunchException.NoInput("AZ6017", $"{file.HostPath} became shorter while it was read");
            Bytes(buffer.AsSpan(0, count));
            left -= count;
            count = source.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
        }
    }

    private static bool IsAligned(ReadOnlySpan<byte> content, long length) => length >= SmallestAligned && content.StartsWith("\u007fELF"u8);

    /// <summary>Zeros behind a name that let the content begin a page, as Linux's own tools write them; none if the name would be too long.</summary>
    private int Padding(int nameLength)
    {
        int padding = (int)(-(_position + HeaderBytes + nameLength) & (PageSize - 1));
        return nameLength + padding <= LongestName ? padding : 0;
    }

    private void Header(string name, uint mode, uint size, uint links, uint? date = null, bool isAligned = false)
    {
        byte[] nameBytes = Encoding.UTF8.GetBytes(name + "\0");
        Array.Resize(ref nameBytes, nameBytes.Length + (isAligned ? Padding(nameBytes.Length) : 0));
        ReadOnlySpan<uint> fields =
        [
            _inode, mode, 0, 0, links, date ?? (uint)SourceDate.UnixSeconds, size,
            0, 0, 0, 0, (uint)nameBytes.Length, 0,      // devices of the file and of its content; length of the name; no checksum
        ];
        _inode++;
        var header = new StringBuilder(Magic, HeaderBytes);
        foreach (uint field in fields)
            header.Append(field.ToString("X8", CultureInfo.InvariantCulture));
        Bytes(Encoding.ASCII.GetBytes(header.ToString()));
        Bytes(nameBytes);
        Pad();
        if (name == promoted)
            _programOffset = _position;
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _position += bytes.Length;
    }

    private void Pad()
    {
        ReadOnlySpan<byte> zeros = [0, 0, 0];
        Bytes(zeros[..(int)(-_position & 3)]);
    }
}
