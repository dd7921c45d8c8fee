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
    internal static long Read(OpenFile* file, Transfer* transfer, bool old)
    {
        FileNode* directory = file->Node;
        if (!directory->IsDirectory)
        {
            return -Errno.ENOTDIR;
        }

        byte* record = stackalloc byte[LongestRecord];
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

            long next = Fill(file, record, old, out int length, out DirectoryEntry* entry);
            ulong removals = directory->Removals;
            FileTree.Lock.Exit();
            if (length == 0)
            {
                FileTime.Access(directory, file->Flags);
                return moved;
            }

            if (transfer->Left < (ulong)length)
            {
                FileTime.Access(directory, file->Flags);
                return moved != 0 ? moved : -Errno.EINVAL;
            }

            if (transfer->Put(record, (ulong)length) < (ulong)length)
            {
                return moved != 0 ? moved : -Errno.EFAULT;
            }

            moved += length;
            file->Position = next;
            file->LastRead = entry;
            file->LastRemovals = removals;
        }
    }

    // Makes the record behind the position. The tree's lock is held.
    private static long Fill(OpenFile* file, byte* record, bool old, out int length, out DirectoryEntry* entry)
    {
        FileNode* directory = file->Node;
        entry = null;
        if (file->Position < 2)
        {
            bool isSelf = file->Position == 0;
            length = Put(record, isSelf ? "."u8 : ".."u8, isSelf ? directory : directory->Parent, file->Position + 1, old);
            return file->Position + 1;
        }

        bool isKnown = file->LastRead != null && file->LastRemovals == directory->Removals && file->LastRead->Position == file->Position;
        entry = isKnown ? file->LastRead->Next : DirectoryIndex.Following(directory, file->Position);
        length = entry == null ? 0 : Put(record, entry->Text, entry->Node, entry->Position, old);
        return entry == null ? file->Position : entry->Position;
    }

    private static int Put(byte* record, ReadOnlySpan<byte> name, FileNode* node, long position, bool old)
    {
        int header = old ? OldRecordHeader : RecordHeader;
        int length = (header + name.Length + (old ? 2 : 1) + 7) & ~7;
        Span<byte> bytes = new(record, length);
        bytes.Clear();
        *(ulong*)record = node->Inode;
        *(long*)(record + 8) = position;
        *(ushort*)(record + 16) = (ushort)length;

        // DT_ constants are the kind's bits of st_mode.
        record[old ? length - 1 : 18] = (byte)(node->Kind >> 12);
        name.CopyTo(bytes[header..]);
        return length;
    }
}
