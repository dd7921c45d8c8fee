using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>What stat, statfs and their relatives say about a file.</summary>
internal static unsafe class FileStatus
{
    // Linux gives file systems without a device 0:1, 0:2 and so on.
    private const uint FirstDevice = 2;
    private const int BlockSize = 4096;
    private const uint UnitsPerBlock = BlockSize / 512;

    // As Linux counts for a directory of a tmpfs: BOGO_DIRENT_SIZE for each entry, "." and ".." too.
    private const int EntrySize = 20;

    // A longer target takes a page (mm/shmem.c, SHORT_SYMLINK_LEN).
    private const ulong ShortLink = 128;

    /// <summary>Writes struct stat of a file.</summary>
    /// <returns>False when the application may not write there.</returns>
    internal static bool TryWrite(FileNode* node, UserPointer<Stat> to)
    {
        Devices.Complete(node);
        FileTime.Complete(node);

        // Field by field, so that it is not made in one place and copied to another.
        Stat status = default;
        status.Device = DeviceNumber.Of(0, MinorOf(node));
        status.Inode = node->Inode;
        status.Links = node->Links;
        status.Mode = node->Mode;
        status.User = node->User;
        status.Group = node->Group;
        status.SpecialDevice = node->SpecialDevice;
        status.Size = SizeOf(node);
        status.BlockSize = BlockSizeOf(node);
        status.Blocks = BlocksOf(node);
        status.Accessed = node->Accessed;
        status.Modified = node->Modified;
        status.Changed = node->Changed;
        return to.TryWrite(status);
    }

    /// <summary>struct statx of a file.</summary>
    /// <param name="node">The file.</param>
    /// <param name="wanted">What is asked for: the rest may be there as well.</param>
    internal static Statx ExtendedOf(FileNode* node, uint wanted)
    {
        const uint Basic = 0x7ff, Birth = 0x800, MountId = 0x1000, UniqueMountId = 0x4000;
        const ulong MountRoot = 0x2000;
        bool isTree = node->FileSystem is FileSystemKind.Tree or FileSystemKind.Devices or FileSystemKind.Memory;
        uint mountMask = (wanted & UniqueMountId) != 0 ? UniqueMountId : MountId;
        Devices.Complete(node);
        FileTime.Complete(node);
        return new Statx
        {
            Mask = Basic | (isTree ? wanted & Birth : 0) | mountMask,
            BlockSize = BlockSizeOf(node),
            Attributes = IsMountRoot(node) ? MountRoot : 0,
            AttributesMask = MountRoot | 0x0020_0074,
            Links = node->Links,
            User = node->User,
            Group = node->Group,
            Mode = (ushort)node->Mode,
            Inode = node->Inode,
            Size = (ulong)SizeOf(node),
            Blocks = (ulong)BlocksOf(node),
            Accessed = Of(node->Accessed),
            Created = isTree && (wanted & Birth) != 0 ? Of(node->Born) : default,
            Changed = Of(node->Changed),
            Modified = Of(node->Modified),
            SpecialMajor = DeviceNumber.Major(node->SpecialDevice),
            SpecialMinor = DeviceNumber.Minor(node->SpecialDevice),
            DeviceMinor = MinorOf(node),
            MountId = (ulong)node->FileSystem + 1,
        };
    }

    /// <summary>struct statfs of the file system that a file is in.</summary>
    internal static FileSystemStatus OfFileSystem(FileNode* node)
    {
        const long FlagsAreValid = 0x20, RelativeAccessTime = 0x1000;
        FileSystemStatus status = new()
        {
            Type = node->FileSystem switch
            {
                FileSystemKind.Processes => 0x9fa0,
                FileSystemKind.System => 0x62656572,
                FileSystemKind.ControlGroups => 0x63677270,
                FileSystemKind.Pipes => 0x50495045,
                FileSystemKind.Sockets => 0x534f434b,
                FileSystemKind.Anonymous => 0x09041934,
                _ => 0x01021994,
            },
            BlockSize = BlockSize,
            FragmentSize = BlockSize,
            NameLength = FileTree.NameMax,
            Flags = FlagsAreValid | RelativeAccessTime,
            Id = MinorOf(node),
        };
        if (node->FileSystem is FileSystemKind.Tree or FileSystemKind.Devices)
        {
            status.Blocks = FileSpace.Total;
            status.FreeBlocks = status.AvailableBlocks = FileSpace.Free;
            status.Files = FileSpace.Total;
            status.FreeFiles = FileSpace.Total - Math.Min(FileSpace.Total, FileTree.NodeCount);
        }

        return status;
    }

    /// <summary>The minor number of the device that a file is on; the major one is 0.</summary>
    internal static uint MinorOf(FileNode* node) => FirstDevice + (uint)node->FileSystem;

    private static bool IsMountRoot(FileNode* node)
        => node == FileTree.Root || (node->Entry != null && node->FileSystem != node->Entry->Directory->FileSystem);

    private static StatxTimestamp Of(in Timespec time) => new() { Seconds = time.Seconds, Nanoseconds = (uint)time.Nanoseconds };

    private static long SizeOf(FileNode* node)
        => node->IsDirectory && node->FileSystem is FileSystemKind.Tree or FileSystemKind.Devices ? EntrySize * (long)(node->EntryCount + 2)
            : (long)node->Size;

    // Linux's /proc has small blocks: a C library reads as much at once.
    private static uint BlockSizeOf(FileNode* node) => node->FileSystem == FileSystemKind.Processes ? 1024u : BlockSize;

    private static long BlocksOf(FileNode* node)
        => node->IsRegular ? (long)node->Pages.Occupied * UnitsPerBlock
            : node->IsSymbolicLink && node->Size >= ShortLink ? UnitsPerBlock : 0;
}
