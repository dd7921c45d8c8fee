using System.Buffers.Binary;
using System.Numerics;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Files.Reports;

/// <summary>/proc/self/maps and smaps.</summary>
/// <remarks>Source: Linux, fs/proc/task_mmu.c, show_map_vma.</remarks>
internal static unsafe class MapsReport
{
    // Where names begin.
    private const int NameColumn = 73;
    private const int LongestLine = 96;

    /// <summary>Writes all areas, as they are at one moment.</summary>
    internal static void Write(ReportText* text, bool isDetailed)
    {
        byte* name = PathBuffers.Take();
        if (name == null)
        {
            text->Cut();
            return;
        }

        byte* line = stackalloc byte[LongestLine];
        byte* details = ReportTable.Find((byte)'d');
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        for (Area* area = space->AreaAtOrAbove(0); area != null; area = space->AreaAtOrAbove(area->End))
        {
            long end = text->Length + NameColumn;
            text->Append(new ReadOnlySpan<byte>(line, WriteArea(area, line)));
            int length = NameOf(area, new Span<byte>(name, UserMemory.PathMax));
            if (length != 0)
            {
                text->Pad(end);
            }

            text->Append(new ReadOnlySpan<byte>(name, length));
            text->Append((byte)'\n');
            if (isDetailed)
            {
                ReportTemplate.WriteLines(text, details, area->Start);
            }
        }

        space->Lock.Exit();
        PathBuffers.Give(name);
    }

    // Every program of .NET reads this when it starts, so that it is not made from a template.
    private static int WriteArea(Area* area, byte* to)
    {
        FileNode* file = FileOf(area);
        byte* at = WriteNumber(to, area->Start, 8);
        *at++ = (byte)'-';
        at = WriteNumber(at, area->End, 8);
        *at++ = (byte)' ';
        *at++ = (area->Protection & Protection.Read) != 0 ? (byte)'r' : (byte)'-';
        *at++ = (area->Protection & Protection.Write) != 0 ? (byte)'w' : (byte)'-';
        *at++ = (area->Protection & Protection.Execute) != 0 ? (byte)'x' : (byte)'-';
        *at++ = area->IsShared ? (byte)'s' : (byte)'p';
        *at++ = (byte)' ';
        at = WriteNumber(at, file == null ? 0 : area->BackingOffset, 8);
        *at++ = (byte)' ';
        at = WriteNumber(at, 0, 2);
        *at++ = (byte)':';
        at = WriteNumber(at, file == null ? 0 : FileStatus.MinorOf(file), 2);
        *at++ = (byte)' ';
        TextBuffer number = new(new Span<byte>(at, LongestLine - (int)(at - to)));
        number.Append(file == null ? 0 : file->Inode);
        at += number.Length;
        *at++ = (byte)' ';
        return (int)(at - to);
    }

    // Hexadecimal, padded with zeros.
    private static byte* WriteNumber(byte* to, ulong value, int width)
    {
        if (width == sizeof(ulong))
        {
            if (value > uint.MaxValue)
            {
                to = WriteNumber(to, value >> 32, 1);
                value &= uint.MaxValue;
            }

            // A byte for each digit; those above 9 are letters.
            const ulong Each = 0x0101_0101_0101_0101;
            value = (value | (value << 16)) & 0x0000_ffff_0000_ffff;
            value = (value | (value << 8)) & 0x00ff_00ff_00ff_00ff;
            value = (value | (value << 4)) & (Each * 0xf);
            ulong letters = ((value + (Each * 6)) >> 4) & Each;
            *(ulong*)to = BinaryPrimitives.ReverseEndianness(value + (Each * '0') + (letters * ('a' - '0' - 10)));
            return to + sizeof(ulong);
        }

        int digits = Math.Max(width, (67 - BitOperations.LeadingZeroCount(value)) / 4);
        for (int i = digits - 1; i >= 0; i--)
        {
            to[i] = "0123456789abcdef"u8[(int)value & 15];
            value >>= 4;
        }

        return to + digits;
    }

    /// <summary>The file that an area shows; null for none.</summary>
    internal static FileNode* FileOf(Area* area) => (area->Flags & AreaFlags.Program) != 0 ? Process.Program : (FileNode*)area->Backing;

    private static int NameOf(Area* area, Span<byte> to)
    {
        FileNode* file = FileOf(area);
        if (file != null)
        {
            FileTree.Lock.Enter();
            long length = FileName.Write(file, null, to);
            FileTree.Lock.Exit();
            return (int)Math.Max(0, length);
        }

        ReadOnlySpan<byte> name = (area->Flags & AreaFlags.Heap) != 0 ? "[heap]"u8
            : (area->Flags & AreaFlags.Stack) != 0 ? "[stack]"u8
            : (area->Flags & AreaFlags.Vvar) != 0 ? "[vvar]"u8
            : (area->Flags & AreaFlags.Vdso) != 0 ? "[vdso]"u8
            : area->IsShared ? "/dev/zero (deleted)"u8
            : default;
        name.CopyTo(to);
        return name.Length;
    }
}
