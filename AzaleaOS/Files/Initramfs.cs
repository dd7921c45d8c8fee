using System.Runtime.Intrinsics;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>Hangs the files of a cpio archive into the tree. Their bytes stay in the archive.</summary>
internal static unsafe class Initramfs
{
    /// <summary>Whether a module is an archive.</summary>
    internal static bool IsArchive(byte* bytes, ulong size)
        => size >= 6 && (new ReadOnlySpan<byte>(bytes, 6).SequenceEqual("070701"u8) || new ReadOnlySpan<byte>(bytes, 6).SequenceEqual("070702"u8));

    /// <summary>Adds an archive, or several behind each other with zeros between them. What comes later wins.</summary>
    /// <param name="archive">The first byte; stays where it is.</param>
    /// <param name="size">Bytes.</param>
    /// <returns>What is wrong, if anything is; the entries before it are in the tree.</returns>
    internal static CpioDefect Add(byte* archive, ulong size)
    {
        HardLinks links = default;
        ulong offset = 0;
        while (true)
        {
            CpioDefect defect = CpioEntry.Read(archive, size, ref offset, out CpioEntry entry);
            if (defect != CpioDefect.None)
            {
                return defect;
            }

            if (!entry.IsTrailer)
            {
                defect = AddEntry(entry, ref links);
                if (defect != CpioDefect.None)
                {
                    return defect;
                }

                continue;
            }

            links = default;
            offset = BehindZeros(archive, offset, size);
            if (offset >= size)
            {
                return CpioDefect.None;
            }
        }
    }

    /// <summary>Adds a regular file that is in no archive.</summary>
    /// <param name="path">Its path; stays where it is.</param>
    /// <param name="permissions">Its permissions.</param>
    /// <param name="bytes">Its first byte; stays where it is.</param>
    /// <param name="size">Bytes.</param>
    internal static CpioDefect AddFile(ByteString path, uint permissions, byte* bytes, uint size)
    {
        HardLinks links = default;
        CpioEntry entry = new()
        {
            Mode = FileMode.Regular | permissions,
            Links = 1,
            Name = path.Pointer,
            NameLength = path.Length,
            Data = bytes,
            Size = size,
        };
        return AddEntry(entry, ref links);
    }

    private static ulong BehindZeros(byte* archive, ulong offset, ulong size)
    {
        const int Step = 64;
        byte* at = archive + offset;
        byte* end = archive + size;
        while (end - at >= Step && (Vector128.Load(at) | Vector128.Load(at + 16) | Vector128.Load(at + 32) | Vector128.Load(at + 48)) == Vector128<byte>.Zero)
        {
            at += Step;
        }

        while (end - at >= sizeof(ulong) && *(ulong*)at == 0)
        {
            at += sizeof(ulong);
        }

        while (at < end && *at == 0)
        {
            at++;
        }

        return (ulong)(at - archive);
    }

    private static CpioDefect AddEntry(in CpioEntry entry, ref HardLinks links)
    {
        FileNode* directory = FileTree.Root;
        byte* at = entry.Name;
        byte* end = at + entry.NameLength;
        while (true)
        {
            while (at < end && *at == '/')
            {
                at++;
            }

            byte* name = at;
            while (at < end && *at != '/')
            {
                at++;
            }

            int length = (int)(at - name);
            ReadOnlySpan<byte> text = new(name, length);
            byte* next = at;
            while (next < end && *next == '/')
            {
                next++;
            }

            bool isLast = next == end;
            if (length > FileTree.NameMax || text.SequenceEqual(".."u8) || text.IndexOf((byte)0) >= 0)
            {
                return CpioDefect.BadName;
            }

            if (length == 0 || text.SequenceEqual("."u8))
            {
                if (!isLast)
                {
                    continue;
                }

                return Update(directory, entry);
            }

            if (isLast)
            {
                return AddFile(directory, name, length, entry, ref links);
            }

            CpioDefect defect = Enter(ref directory, name, length);
            if (defect != CpioDefect.None)
            {
                return defect;
            }
        }
    }

    // Directories that have no entry of their own are made, as a good archiver would have done.
    private static CpioDefect Enter(ref FileNode* directory, byte* name, int length)
    {
        ReadOnlySpan<byte> text = new(name, length);
        long result = PathWalker.Walk(directory, text, follow: true, out FileNode* next);
        if (result == -Errno.ENOENT && FileTree.Find(directory, text) == null)
        {
            next = FileTree.MakeDirectory(directory, name, length, 0x1ed);
            if (next == null)
            {
                return CpioDefect.OutOfMemory;
            }
        }
        else if (result < 0 || !next->IsDirectory)
        {
            return CpioDefect.NotDirectory;
        }

        directory = next;
        return CpioDefect.None;
    }

    private static CpioDefect AddFile(FileNode* directory, byte* name, int length, in CpioEntry entry, ref HardLinks links)
    {
        uint kind = entry.Mode & FileMode.KindMask;
        if (kind == FileMode.SymbolicLink
            && (entry.Size is 0 or >= UserMemory.PathMax || new ReadOnlySpan<byte>(entry.Data, (int)entry.Size).IndexOf((byte)0) >= 0))
        {
            return CpioDefect.BadLink;
        }

        if (kind is not (FileMode.Regular or FileMode.Directory or FileMode.SymbolicLink or FileMode.CharacterDevice
            or FileMode.BlockDevice or FileMode.Pipe or FileMode.Socket))
        {
            return CpioDefect.BadKind;
        }

        if (kind == FileMode.Directory)
        {
            DirectoryEntry* known = DirectoryIndex.Find(directory, new ReadOnlySpan<byte>(name, length));
            if (known != null && known->Node->IsDirectory)
            {
                return Update(known->Node, entry);
            }
        }

        bool shared = kind == FileMode.Regular && entry.Links > 1;
        FileNode** slot = null;
        if (shared && !links.TryFind(entry.Identity, out slot))
        {
            return CpioDefect.OutOfMemory;
        }

        FileNode* node = shared && *slot != null ? *slot : FileTree.NewNode(kind);
        if (shared && *slot != null)
        {
            FileNode.Hold(node);
        }

        if (node == null || !FileTree.Link(directory, name, length, node))
        {
            return CpioDefect.OutOfMemory;
        }

        if (shared)
        {
            *slot = node;
        }

        return Update(node, entry);
    }

    private static CpioDefect Update(FileNode* node, in CpioEntry entry)
    {
        if ((entry.Mode & FileMode.KindMask) != node->Kind)
        {
            return CpioDefect.BadKind;
        }

        node->Mode = entry.Mode & (FileMode.KindMask | FileMode.PermissionMask);
        node->User = entry.User;
        node->Group = entry.Group;
        node->Accessed = node->Modified = node->Changed = node->Born = new Timespec { Seconds = entry.Modified };
        node->SpecialDevice = entry.SpecialDevice;
        if (node->Kind is FileMode.CharacterDevice or FileMode.BlockDevice)
        {
            node->Operations = Devices.Find(node->Kind, entry.SpecialDevice);
        }

        // Of a file with several names only one entry carries the bytes.
        if (entry.Size != 0 && node->Kind is FileMode.Regular or FileMode.SymbolicLink)
        {
            node->Data = entry.Data;
            node->Size = entry.Size;
            node->DataSize = node->IsRegular ? entry.Size : 0;
            node->Pages.ArchivePages = (node->DataSize + KernelPages.Size - 1) / KernelPages.Size;
        }

        return CpioDefect.None;
    }
}
