using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Memory;

namespace AzaleaOS.Files.Reports;

/// <summary>/proc/self/maps and smaps.</summary>
/// <remarks>Source: Linux, fs/proc/task_mmu.c, show_map_vma.</remarks>
internal static unsafe class MapsReport
{
    // Where names begin.
    private const int NameColumn = 73;
    private const int LongestLine = 96;

    private const AreaFlags Named = AreaFlags.Heap | AreaFlags.Stack | AreaFlags.Shared | AreaFlags.Vvar | AreaFlags.Vdso;

    private const ulong Each = 0x0101_0101_0101_0101;

    /// <summary>Writes the areas from <see cref="ReportText.Rest"/> on, as many as are enough, as they are at one moment.</summary>
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
        byte* first = null;
        byte* at = null;
        LastNumber* last = stackalloc LastNumber[] { LastNumber.None, LastNumber.None };
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        ulong from = text->Rest;
        long enough = text->Enough == 0 ? long.MaxValue : text->Enough;
        Area* area;
        while ((area = space->AreaAtOrAbove(from)) != null && text->Length + (at - first) < enough)
        {
            if (first == null)
            {
                at = first = text->RoomFor(LongestLine);
                if (first == null)
                {
                    break;
                }
            }

            byte* line = at;
            FileNode* file = FileOf(area);
            at = WriteArea(area, file, from, at, last);
            from = area->End;

            // The parts of a program follow each other.
            if (file == null || file != named)
            {
                nameLength = file == null && (area->Flags & Named) == 0 ? 0 : NameOf(area, file, new Span<byte>(name, UserMemory.PathMax));
                named = file;
            }

            if (nameLength == 0)
            {
                *at++ = (byte)'\n';
                if (!isDetailed && text->RoomEnd - at >= LongestLine)
                {
                    continue;
                }
            }
            else
            {
                for (byte* pad = at; pad < line + NameColumn; pad += sizeof(ulong))
                {
                    *(ulong*)pad = Each * ' ';
                }

                at = line + Math.Max(NameColumn, at - line);
            }

            text->Appended(at - first);
            at = first = null;
            if (nameLength != 0)
            {
                text->Append(new ReadOnlySpan<byte>(name, nameLength));
                text->Append((byte)'\n');
            }

            if (isDetailed)
            {
                ReportTemplate.WriteLines(text, details, area->Start);
            }
        }

        if (first != null)
        {
            text->Appended(at - first);
        }

        text->Rest = area == null ? 0 : from;
        space->Lock.Exit();
        PathBuffers.Give(name);
    }

    // Every program of .NET reads this when it starts, so that it is not made from a template.
    private static byte* WriteArea(Area* area, FileNode* file, ulong from, byte* at, LastNumber* last)
    {
        const uint SpaceZeroZeroColon = 0x3a30_3020;
        const ulong SpaceZeroZeroColonZeroZeroSpaceZero = 0x3020_3030_3a30_3020;
        ReadOnlySpan<byte> permissions = "---pr--p-w-prw-p--xpr-xp-wxprwxp"u8;

        // It may have grown since the text before it was made: addresses never go back.
        ulong start = Math.Max(area->Start, from);
        at = last->Write(at, start);
        *at++ = (byte)'-';
        at = last->Write(at, area->End);
        *at = (byte)' ';
        *(uint*)(at + 1) = ((uint*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(permissions)))[(int)area->Protection & 7];
        at[4] = area->IsShared ? (byte)'s' : (byte)'p';
        at[5] = (byte)' ';
        at += 6;
        if (file == null)
        {
            *(ulong*)at = Each * '0';
            *(ulong*)(at + 8) = SpaceZeroZeroColonZeroZeroSpaceZero;
            at[16] = (byte)' ';
            return at + 17;
        }

        // Minor numbers of devices without a disk are few.
        at = last[1].Write(at, area->BackingOffset + (start - area->Start));
        *(uint*)at = SpaceZeroZeroColon;
        *(ushort*)(at + 4) = (ushort)(Digits(FileStatus.MinorOf(file)) >> 48);
        at[6] = (byte)' ';
        at = ReportText.Write(at + 7, file->Inode);
        *at++ = (byte)' ';
        return at;
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
        private ulong _value;
        private ulong _high;
        private ulong _low;
        private int _highDigits;

        // No address, and no place in a file.
        internal static LastNumber None => new() { _value = ulong.MaxValue };

        // Hexadecimal, eight digits or more. Most areas begin where the one before ends, or near it.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal byte* Write(byte* to, ulong value)
        {
            if (_value != value)
            {
                Change(value);
            }

            *(ulong*)to = _high;
            to += _highDigits;
            *(ulong*)to = _low;
            return to + sizeof(ulong);
        }

        private void Change(ulong value)
        {
            if (_value >> 32 != value >> 32)
            {
                uint high = (uint)(value >> 32);
                int zeros = BitOperations.LeadingZeroCount(high) / 4;
                _high = high == 0 ? 0 : Digits(high) >> (8 * zeros);
                _highDigits = sizeof(ulong) - zeros;
            }

            _low = Digits((uint)value);
            _value = value;
        }
    }
}
