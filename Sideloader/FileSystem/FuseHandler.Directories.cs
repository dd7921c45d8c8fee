using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Rings;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Sideloader.FileSystem;

// The names in a directory.
internal sealed unsafe partial class FuseHandler
{
    /// <summary>Where a name starts in struct linux_dirent64.</summary>
    private const int RecordNameOffset = 19;

    private int OpenDirectory(DescriptorChain chain, in FuseRequestHeader header)
    {
        using DescriptorTable.Use node = tree.Borrow(header.Node);
        if (!node.Exists)
            return -(int)Errno.ESTALE;

        int descriptor = tree.OpenFile(node.Descriptor, OpenFlags.Directory, FileMode.Directory);
        return descriptor < 0 ? descriptor : AnswerHandle(chain, descriptor);
    }

    private int ReadDirectory(DescriptorChain chain, in FuseRequestHeader header, bool plus)
    {
        if (!TryParse(out FuseTransfer request))
            return -(int)Errno.EINVAL;

        using DescriptorTable.Use node = tree.Borrow(header.Node);
        using DescriptorTable.Use handle = tree.Handles.Borrow(request.Handle);
        if (!node.Exists || !handle.Exists)
            return -(int)Errno.EBADF;
        if (Libc.Seek(handle.Descriptor, (long)request.Offset, Libc.SeekSet) < 0)
            return FileTree.Error;

        int room = (int)Math.Min(Math.Min(request.Size, MaxResponse), chain.WritableBytes - FuseResponseHeader.Bytes);
        int used = 0;
        while (true)
        {
            // A record is never longer than the entry made of it, so few of those that are read do not fit.
            nint length = Libc.ReadDirectory(handle.Descriptor, _records, (nuint)Math.Min(MaxResponse, Math.Max(room - used, 512)));
            if (length < 0)
                return used > 0 ? Answer(chain, new ReadOnlySpan<byte>(_response, used)) : FileTree.Error;
            if (length == 0)
                break;

            bool full = false;
            for (nint offset = 0; offset < length && !full;)
            {
                var record = (DirectoryRecord*)(_records + offset);
                offset += record->Length;
                full = !TryAppend(record, node.Descriptor, room, plus, ref used);
            }

            if (full)
                break;
        }

        return Answer(chain, new ReadOnlySpan<byte>(_response, used));
    }

    /// <summary>Appends one name to the answer, if there is room.</summary>
    private bool TryAppend(DirectoryRecord* record, int directory, int room, bool plus, ref int used)
    {
        byte* recordName = (byte*)record + RecordNameOffset;
        ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(recordName);
        int length = (FuseDirectoryEntry.Bytes + name.Length + 7) & ~7;
        int start = plus ? FuseEntry.Bytes : 0;
        if (start + length > room - used)
            return false;

        byte* target = _response + used;
        if (plus)
        {
            // Node 0 says that nothing was looked up: "." and "..", and names that went meanwhile.
            *(FuseEntry*)target = FileTree.CheckName(name) == 0 && tree.Lookup(directory, recordName, out ulong node, out Stat status) == 0
                ? Entry(node, in status)
                : default;
        }

        var entry = (FuseDirectoryEntry*)(target + start);
        *entry = new FuseDirectoryEntry { Inode = record->Inode, Next = (ulong)record->Next, NameLength = (uint)name.Length, Kind = record->Kind };
        var text = new Span<byte>(target + start + FuseDirectoryEntry.Bytes, length - FuseDirectoryEntry.Bytes);
        name.CopyTo(text);
        text[name.Length..].Clear();
        used += start + length;
        return true;
    }
}
