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

        byte* details = isDetailed ? ReportLine.Next(ReportTable.Section((byte)'d')) : null;
        FileNode* named = null;
        int nameLength = 0;
        byte* line = null;
        LastNumber last = default;
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        for (Area* area = space->AreaAtOrAbove(0); area != null && (line = text->RoomFor(LongestLine)) != null; area = space->AreaAtOrAbove(area->End))
        {
            FileNode* file = FileOf(area);
            byte* at = WriteArea(area, file, line, &last);

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
    private static byte* WriteArea(Area* area, FileNode* file, byte* at, LastNumber* last)
    {
        at = WriteNumber(at, area->Start, last);
        *at++ = (byte)'-';
        at = WriteNumber(at, area->End, last);
        *at++ = (byte)' ';
        at[0] = (area->Protection & Protection.Read) != 0 ? (byte)'r' : (byte)'-';
        at[1] = (area->Protection & Protection.Write) != 0 ? (byte)'w' : (byte)'-';
        at[2] = (area->Protection & Protection.Execute) != 0 ? (byte)'x' : (byte)'-';
        at[3] = area->IsShared ? (byte)'s' : (byte)'p';
        at[4] = (byte)' ';
        at += 5;
        if (file == null)
        {
            ReadOnlySpan<byte> nothing = "00000000 00:00 0 "u8;
            nothing.CopyTo(new Span<byte>(at, nothing.Length));
            return at + nothing.Length;
        }

        at = WriteNumber(at, area->BackingOffset, last);
        " 00:00 "u8.CopyTo(new Span<byte>(at, 7));

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

    // Hexadecimal, eight digits or more. Most areas begin where the one before ends, or near it.
    private static byte* WriteNumber(byte* to, ulong value, LastNumber* last)
    {
        if (last->Value >> 32 != value >> 32)
        {
            uint high = (uint)(value >> 32);
            int zeros = BitOperations.LeadingZeroCount(high) / 4;
            last->High = high == 0 ? 0 : Digits(high) >> (8 * zeros);
            last->HighDigits = sizeof(ulong) - zeros;
        }

        if (last->Value != value || last->Low == 0)
        {
            last->Low = Digits((uint)value);
            last->Value = value;
        }

        *(ulong*)to = last->High;
        to += last->HighDigits;
        *(ulong*)to = last->Low;
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

    // The number that was written last, and its text.
    private struct LastNumber
    {
        internal ulong Value;
        internal ulong High;
        internal ulong Low;
        internal int HighDigits;
    }
}
