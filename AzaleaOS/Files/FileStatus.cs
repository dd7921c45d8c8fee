using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files;

/// <summary>What stat and its relatives say about a file.</summary>
internal static unsafe class FileStatus
{
    /// <summary>The number of the file system: 0:2, as Linux gives its first one without a device.</summary>
    internal const uint DeviceMinor = 2;

    private const int BlockSize = 4096;

    /// <summary>struct stat of a file.</summary>
    internal static Stat Of(FileNode* node)
    {
        Timespec modified = new() { Seconds = node->Modified };
        return new Stat
        {
            Device = DeviceNumber.Of(0, DeviceMinor),
            Inode = node->Inode,
            Links = node->Links,
            Mode = node->Mode,
            User = node->User,
            Group = node->Group,
            SpecialDevice = node->SpecialDevice,
            Size = SizeOf(node),
            BlockSize = BlockSize,
            Blocks = BlocksOf(node),
            Accessed = modified,
            Modified = modified,
            Changed = modified,
        };
    }

    /// <summary>struct statx of a file. The time of birth is unknown, and the mask says so.</summary>
    internal static Statx ExtendedOf(FileNode* node)
    {
        StatxTimestamp modified = new() { Seconds = node->Modified };
        return new Statx
        {
            Mask = 0x7ff,
            BlockSize = BlockSize,
            Links = node->Links,
            User = node->User,
            Group = node->Group,
            Mode = (ushort)node->Mode,
            Inode = node->Inode,
            Size = (ulong)SizeOf(node),
            Blocks = (ulong)BlocksOf(node),
            Accessed = modified,
            Changed = modified,
            Modified = modified,
            SpecialMajor = DeviceNumber.Major(node->SpecialDevice),
            SpecialMinor = DeviceNumber.Minor(node->SpecialDevice),
            DeviceMinor = DeviceMinor,
        };
    }

    // A directory takes one block, as a small one does on a disk.
    private static long SizeOf(FileNode* node) => node->IsDirectory ? BlockSize : (long)node->Size;

    private static long BlocksOf(FileNode* node)
        => node->IsSymbolicLink ? 0 : (SizeOf(node) + BlockSize - 1) / BlockSize * (BlockSize / 512);
}
