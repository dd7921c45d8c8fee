using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Files;

/// <summary>A directory as an open file.</summary>
/// <remarks>
/// Positions are those of entries, which keep theirs as long as they are there, so that a directory can be read
/// while others change it: what is there all the time is shown once.
/// </remarks>
internal static unsafe class DirectoryFile
{
    /// <summary>The longest record: of either call.</summary>
    internal const int LongestRecord = (RecordHeader + FileTree.NameMax + 2 + 7) & ~7;

    // getdents64: number, next position, length, kind. The old call has the kind behind the name.
    private const int RecordHeader = 19;
    private const int OldRecordHeader = 18;

    // Bytes of records that are made at once, and then copied.
    private const int Room = 1024;

    /// <summary>lseek: to what telldir said.</summary>
    internal static long Seek(OpenFile* file, long offset, uint whence)
    {
        const uint Set = 0, Current = 1;
        long target = whence switch
        {
            Set => offset,
            Current => file->Position + offset,
            _ => -1,
        };
        return target < 0 ? -Errno.EINVAL : file->Position = target;
    }

    /// <summary>getdents64 and getdents. The position's lock is held.</summary>
    /// <param name="file">The directory.</param>
    /// <param name="transfer">Where the records go.</param>
    /// <param name="old">Records as getdents has them.</param>
    /// <returns>Bytes; 0 at the end; -EINVAL if there is not even room for one record; -EFAULT, -ENOENT, -ENOTDIR.</returns>
    [SkipLocalsInit]
    internal static long Read(OpenFile* file, Transfer* transfer, bool old)
    {
        FileNode* directory = file->Node;
        if (!directory->IsDirectory)
        {
            return -Errno.ENOTDIR;
        }

        byte* records = stackalloc byte[Room];
        long moved = 0;
        if (directory->Names != null && directory->Names->List != null && file->Position <= 2)
        {
            FileTree.Lock.Enter();
            directory->Names->List(directory);
            FileTree.Lock.Exit();
        }

        while (true)
        {
            FileTree.Lock.Enter();
            if (directory->Links == 0)
            {
                FileTree.Lock.Exit();
                return moved != 0 ? moved : -Errno.ENOENT;
            }

            long at = file->Position;
            DirectoryEntry* last = file->LastRead != null && file->LastRemovals == directory->Removals && file->LastRead->Position == at ? file->LastRead : null;
            int left = (int)Math.Min(transfer->Left, Room);
            ulong filled = (ulong)Fill(directory, records, left, old, ref at, ref last, out bool isEnd);
            ulong removals = directory->Removals;
            FileTree.Lock.Exit();
            ulong given = transfer->Put(records, filled);
            if (given < filled)
            {
                // Only what is whole counts.
                ulong whole = 0;
                for (ulong length; whole + (length = *(ushort*)(records + whole + 16)) <= given; whole += length)
                {
                    file->Position = *(long*)(records + whole + 8);
                }

                moved += (long)whole;
                return moved != 0 ? moved : -Errno.EFAULT;
            }

            moved += (long)filled;
            file->Position = at;
            file->LastRead = last;
            file->LastRemovals = removals;
            if (isEnd || filled == 0)
            {
                FileTime.Access(directory, file->Flags);
                return moved != 0 || isEnd ? moved : -Errno.EINVAL;
            }
        }
    }

    // Makes the records behind a position, as many as there is room for. The tree's lock is held.
    private static int Fill(FileNode* directory, byte* records, int room, bool old, ref long position, ref DirectoryEntry* last, out bool isEnd)
    {
        int header = old ? OldRecordHeader : RecordHeader;
        int filled = 0;
        isEnd = false;
        while (true)
        {
            DirectoryEntry* entry = null;
            FileNode* node = position == 0 ? directory : directory->Parent;
            ReadOnlySpan<byte> name = ".."u8[..(int)Math.Min(position + 1, 2)];
            long next = position + 1;
            if (position >= 2)
            {
                entry = last != null ? last->Next : DirectoryIndex.Following(directory, position);
                if (entry == null)
                {
                    isEnd = true;
                    return filled;
                }

                node = entry->Node;
                name = entry->Text;
                next = entry->Position;
            }

            int length = (header + name.Length + (old ? 2 : 1) + 7) & ~7;
            if (length > room - filled)
            {
                return filled;
            }

            // Zeros behind the name.
            byte* record = records + filled;
            *(ulong*)(record + length - 16) = 0;
            *(ulong*)(record + length - 8) = 0;
            *(ulong*)record = node->Inode;
            *(long*)(record + 8) = next;
            *(ushort*)(record + 16) = (ushort)length;

            // DT_ constants are the kind's bits of st_mode.
            record[old ? length - 1 : 18] = (byte)(node->Kind >> 12);
            name.CopyTo(new Span<byte>(record + header, name.Length));
            filled += length;
            position = next;
            last = entry;
        }
    }
}
