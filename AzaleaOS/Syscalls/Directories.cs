using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>The working directory, and what is in directories.</summary>
internal static unsafe class Directories
{
    private const int RecordHeader = 19;

    /// <summary>getcwd(2).</summary>
    /// <returns>Bytes of the path with its final zero.</returns>
    [Syscall(79)]
    internal static long GetWorkingDirectory(ulong buffer, ulong size)
    {
        // Put together at the end of the application's own buffer, and moved to its front.
        ulong room = Math.Min(size, UserMemory.PathMax);
        if (room == 0)
        {
            return -Errno.ERANGE;
        }

        if (!UserMemory.CanWrite(buffer, room))
        {
            return -Errno.EFAULT;
        }

        Span<byte> to = new((void*)buffer, (int)room);
        to[^1] = 0;
        long length = PathWalker.PathOf(Process.WorkingDirectory, to[..^1]);
        if (length < 0)
        {
            return length;
        }

        to[^((int)length + 1)..].CopyTo(to);
        return length + 1;
    }

    /// <summary>chdir(2).</summary>
    [Syscall(80)]
    internal static long Change(ulong path)
    {
        long result = PathArguments.Find(AtFlags.WorkingDirectory, path, follow: true, emptyPath: false, out FileNode* node);
        return result < 0 ? result : Enter(node);
    }

    /// <summary>fchdir(2).</summary>
    [Syscall(81)]
    internal static long ChangeToDescriptor(int descriptor)
    {
        FileReference reference = DescriptorTable.GetAny(descriptor);
        long result = reference.IsNull ? -Errno.EBADF : Enter(reference.File->Node);
        reference.Release();
        return result;
    }

    /// <summary>umask(2).</summary>
    /// <returns>The mask so far.</returns>
    [Syscall(95)]
    internal static long SetFileModeMask(uint mask)
    {
        uint old = Process.FileModeMask;
        Process.FileModeMask = mask & 0x1ff;
        return old;
    }

    /// <summary>getdents64(2).</summary>
    /// <returns>Bytes of the records; 0 at the end.</returns>
    [Syscall(217)]
    internal static long Read(int descriptor, ulong buffer, uint size)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        long result = reference.IsNull ? -Errno.EBADF : Read(reference.File, buffer, size);
        reference.Release();
        return result;
    }

    private static long Read(OpenFile* file, ulong buffer, uint size)
    {
        if (!file->Node->IsDirectory)
        {
            return -Errno.ENOTDIR;
        }

        FileNode* directory = file->Node;
        DirectoryEntry* next = file->Position < 2 ? directory->FirstEntry : Following(file);
        ulong at = buffer;
        ulong end = buffer + size;
        long position = file->Position;
        long result = 0;
        while (result == 0)
        {
            if (position < 2)
            {
                bool isSelf = position == 0;
                FileNode* node = isSelf ? directory : directory->Parent;
                result = Put(ref at, end, isSelf ? "."u8 : ".."u8, node, ++position);
            }
            else if (next == null)
            {
                break;
            }
            else
            {
                result = Put(ref at, end, next->Text, next->Node, next->Position);
                if (result == 0)
                {
                    position = next->Position;
                    file->LastRead = next;
                    next = next->Next;
                }
            }

            if (result == 0)
            {
                file->Position = position;
            }
        }

        return at != buffer ? (long)(at - buffer) : result;
    }

    private static long Enter(FileNode* node)
    {
        if (!node->IsDirectory)
        {
            return -Errno.ENOTDIR;
        }

        Process.WorkingDirectory = node;
        return 0;
    }

    private static DirectoryEntry* Following(OpenFile* file)
    {
        if (file->LastRead != null && file->LastRead->Position == file->Position)
        {
            return file->LastRead->Next;
        }

        DirectoryEntry* entry = file->Node->FirstEntry;
        while (entry != null && entry->Position <= file->Position)
        {
            entry = entry->Next;
        }

        return entry;
    }

    private static long Put(ref ulong at, ulong end, ReadOnlySpan<byte> name, FileNode* node, long position)
    {
        int length = (RecordHeader + name.Length + 1 + 7) & ~7;
        if (end - at < (ulong)length)
        {
            return -Errno.EINVAL;
        }

        if (!UserMemory.CanWrite(at, (ulong)length))
        {
            return -Errno.EFAULT;
        }

        Span<byte> record = new((void*)at, length);
        record.Clear();
        DirectoryRecord* header = (DirectoryRecord*)at;
        header->Inode = node->Inode;
        header->Next = position;
        header->Length = (ushort)length;

        // DT_ constants are the kind's bits of st_mode.
        header->Kind = (byte)(node->Kind >> 12);
        name.CopyTo(record[RecordHeader..]);
        at += (ulong)length;
        return 0;
    }
}
