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

    private const ulong Each = 0x0101_0101_0101_0101;

    /// <summary>Writes all areas, as they are at one moment.</summary>
    internal static void Write(ReportText* text, bool isDetailed)
    {
        byte* name = PathBuffers.Take();
        if (name == null)
        {
            text->Cut();
            return;
        }

        byte* details = isDetailed ? ReportTable.Find((byte)'d') : null;
        FileNode* named = null;
        int nameLength = 0;
        byte* line = null;
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        for (Area* area = space->AreaAtOrAbove(0); area != null && (line = text->RoomFor(LongestLine)) != null; area = space->AreaAtOrAbove(area->End))
        {
            FileNode* file = FileOf(area);
            byte* at = WriteArea(area, file, line);

            // The parts of a program follow each other.
            if (file == null || file != named)
            {
                nameLength = NameOf(area, file, new Span<byte>(name, UserMemory.PathMax));
                named = file;
            }

            if (nameLength == 0)
            {
                *at++ = (byte)'\n';
                text->Appended(at - line);
            }
            else
            {
                for (byte* pad = at; pad < line + NameColumn; pad += sizeof(ulong))
                {
                    *(ulong*)pad = Each * ' ';
                }

                text->Appended(Math.Max(NameColumn, at - line));
                text->Append(new ReadOnlySpan<byte>(name, nameLength));
                text->Append((byte)'\n');
            }

            if (isDetailed)
            {
                ReportTemplate.WriteLines(text, details, area->Start);
            }
        }

        space->Lock.Exit();
        PathBuffers.Give(name);
    }

    // Every program of .NET reads this when it starts, so that it is not made from a template.
    private static byte* WriteArea(Area* area, FileNode* file, byte* at)
    {
        at = WriteNumber(at, area->Start);
        *at++ = (byte)'-';
        at = WriteNumber(at, area->End);
        *at++ = (byte)' ';
        *at++ = (area->Protection & Protection.Read) != 0 ? (byte)'r' : (byte)'-';
        *at++ = (area->Protection & Protection.Write) != 0 ? (byte)'w' : (byte)'-';
        *at++ = (area->Protection & Protection.Execute) != 0 ? (byte)'x' : (byte)'-';
        *at++ = area->IsShared ? (byte)'s' : (byte)'p';
        *at++ = (byte)' ';
        at = WriteNumber(at, file == null ? 0 : area->BackingOffset);
        " 00:00 0 "u8.CopyTo(new Span<byte>(at, 9));
        if (file == null)
        {
            return at + 9;
        }

        // Minor numbers of devices without a disk are few.
        at += 4;
        *(ushort*)at = (ushort)(Digits(FileStatus.MinorOf(file)) >> 48);
        at += 3;
        TextBuffer number = new(new Span<byte>(at, 20));
        number.Append(file->Inode);
        at += number.Length;
        *at++ = (byte)' ';
        return at;
    }

    // Hexadecimal, eight digits or more.
    private static byte* WriteNumber(byte* to, ulong value)
    {
        uint high = (uint)(value >> 32);
        if (high != 0)
        {
            int zeros = BitOperations.LeadingZeroCount(high) / 4;
            *(ulong*)to = Digits(high) >> (8 * zeros);
            to += sizeof(ulong) - zeros;
        }

        *(ulong*)to = Digits((uint)value);
        return to + sizeof(ulong);
    }

    // Eight digits as they are in memory: a byte for each; those above 9 are letters.
    private static ulong Digits(ulong value)
    {
        value = (value | (value << 16)) & 0x0000_ffff_0000_ffff;
        value = (value | (value << 8)) & 0x00ff_00ff_00ff_00ff;
        value = (value | (value << 4)) & (Each * 0xf);
        ulong letters = ((value + (Each * 6)) >> 4) & Each;
        return BinaryPrimitives.ReverseEndianness(value + (Each * '0') + (letters * ('a' - '0' - 10)));
    }

    /// <summary>The file that an area shows; null for none.</summary>
    internal static FileNode* FileOf(Area* area) => (area->Flags & AreaFlags.Program) != 0 ? Process.Program : (FileNode*)area->Backing;

    private static int NameOf(Area* area, FileNode* file, Span<byte> to)
    {
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
