using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Files;

/// <summary>The devices that every program expects in /dev.</summary>
/// <remarks>Numbers: Linux, Documentation/admin-guide/devices.txt.</remarks>
internal static unsafe class Devices
{
    /// <summary>/dev/console's number.</summary>
    internal const ulong Console = 0x501;

    private const int LargestPiece = 256;

    /// <summary>What open gives for a device file; null for an unknown device, and open answers -ENXIO.</summary>
    internal static FileOperations* Find(uint kind, ulong device) => kind != FileMode.CharacterDevice ? null : device switch
    {
        0x103 => FileOperations.Null,
        0x105 => FileOperations.Zero,
        0x107 => FileOperations.Full,
        0x108 or 0x109 => FileOperations.Random,
        0x500 => FileOperations.ControllingTerminal,
        Console => Terminals.ConsoleChannel.HasTerminal ? FileOperations.Terminal : FileOperations.Console,
        _ => null,
    };

    /// <summary>Makes /tmp and /dev, and of what is in that the console: the rest is there when somebody looks. What an archive brought stays.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Populate()
    {
        FileNode* directory = SystemFiles.Directory(FileTree.Root, "dev"u8, 0x1ed);
        if (directory == null || SystemFiles.Directory(FileTree.Root, "tmp"u8, 0x3ff) == null)
        {
            return false;
        }

        NodeOperations* names = FileOperations.Generated + 3;
        names->Find = &Find;
        names->List = &Fill;
        directory->Names = names;
        directory->FileSystem = FileSystemKind.Devices;
        return Make(directory, "console"u8, Console, 0x180);
    }

    /// <summary>Somebody looks how much is in a directory.</summary>
    internal static void Complete(FileNode* directory)
    {
        if (directory->FileSystem == FileSystemKind.Devices && directory->Names != null)
        {
            FileTree.Lock.Enter();
            Fill(directory);
            FileTree.Lock.Exit();
        }
    }

    /// <summary>/dev/null is always at its end.</summary>
    internal static long ReadNothing(OpenFile* file, Transfer* transfer) => 0;

    /// <summary>/dev/null takes everything, and does not look at it.</summary>
    internal static long WriteAnything(OpenFile* file, Transfer* transfer) => (long)transfer->Left;

    /// <summary>/dev/full has no room.</summary>
    internal static long WriteNothing(OpenFile* file, Transfer* transfer) => -Errno.ENOSPC;

    /// <summary>/dev/zero. A signal ends it behind a page, as on Linux.</summary>
    internal static long ReadZeros(OpenFile* file, Transfer* transfer)
    {
        ulong wanted = transfer->Left;
        while (transfer->PutZeros(AddressSpace.PageSize) == AddressSpace.PageSize && !IsInterrupted())
        {
        }

        ulong moved = wanted - transfer->Left;
        return moved == 0 && wanted != 0 ? -Errno.EFAULT : (long)moved;
    }

    /// <summary>/dev/urandom. As <see cref="ReadZeros"/>.</summary>
    internal static long ReadRandom(OpenFile* file, Transfer* transfer)
    {
        byte* piece = stackalloc byte[LargestPiece];
        ulong wanted = transfer->Left;
        do
        {
            RandomSource.Fill(new Span<byte>(piece, transfer->Left < LargestPiece ? (int)transfer->Left : LargestPiece));
        }
        while (transfer->Put(piece, LargestPiece) == LargestPiece && (((wanted - transfer->Left) % AddressSpace.PageSize) != 0 || !IsInterrupted()));

        new Span<byte>(piece, LargestPiece).Clear();
        ulong moved = wanted - transfer->Left;
        return moved == 0 && wanted != 0 ? -Errno.EFAULT : (long)moved;
    }

    /// <summary>What is written to /dev/urandom is stirred in.</summary>
    internal static long WriteRandom(OpenFile* file, Transfer* transfer)
    {
        byte* piece = stackalloc byte[LargestPiece];
        long written = 0;
        while (transfer->Left != 0)
        {
            ulong wanted = Math.Min(transfer->Left, LargestPiece);
            ulong taken = transfer->Take(piece, wanted);
            RandomSource.Stir(new ReadOnlySpan<byte>(piece, (int)taken));
            written += (long)taken;
            if (taken < wanted)
            {
                return written == 0 ? -Errno.EFAULT : written;
            }
        }

        return written;
    }

    /// <summary>A device that takes any position has none.</summary>
    internal static long SeekNowhere(OpenFile* file, long offset, uint whence)
    {
        const uint Hole = 4;
        return whence <= Hole ? 0 : -Errno.EINVAL;
    }

    // Lets others run whose turn it is, which also finds out about timers. As on Linux that is asked behind each page (drivers/char/mem.c, random.c).
    private static bool IsInterrupted()
    {
        if (CoreBlock.Current->Work == 0)
        {
            return false;
        }

        Scheduler.Yield();
        return (Scheduler.Current->Work & ThreadWork.Interrupting) != 0;
    }

    private static DirectoryEntry* Find(FileNode* directory, ReadOnlySpan<byte> name, uint hash, DirectoryEntry* known)
    {
        Fill(directory);
        return DirectoryIndex.Find(directory, name, hash);
    }

    // As if all had been there from the start. Without memory there is no such file.
    private static void Fill(FileNode* directory)
    {
        directory->Names = null;
        Timespec modified = directory->Modified;
        Timespec changed = directory->Changed;
        _ = Make(directory, "null"u8, 0x103, 0x1b6);
        _ = Make(directory, "zero"u8, 0x105, 0x1b6);
        _ = Make(directory, "full"u8, 0x107, 0x1b6);
        _ = Make(directory, "random"u8, 0x108, 0x1b6);
        _ = Make(directory, "urandom"u8, 0x109, 0x1b6);
        _ = Make(directory, "tty"u8, 0x500, 0x1b6);
        FileNode* memory = SystemFiles.Directory(directory, "shm"u8, 0x3ff);
        if (memory != null)
        {
            memory->FileSystem = FileSystemKind.Tree;
        }

        SystemFiles.Link(directory, "fd"u8, "/proc/self/fd"u8);
        SystemFiles.Link(directory, "stdin"u8, "/proc/self/fd/0"u8);
        SystemFiles.Link(directory, "stdout"u8, "/proc/self/fd/1"u8);
        SystemFiles.Link(directory, "stderr"u8, "/proc/self/fd/2"u8);
        directory->Modified = modified;
        directory->Changed = changed;
    }

    private static bool Make(FileNode* directory, ReadOnlySpan<byte> name, ulong device, uint permissions)
    {
        FileNode* node = SystemFiles.Make(directory, name, FileMode.CharacterDevice | permissions);
        if (node != null && node->Kind == FileMode.CharacterDevice && node->SpecialDevice == 0)
        {
            node->SpecialDevice = device;
            node->Operations = Find(FileMode.CharacterDevice, device);
        }

        return node != null;
    }
}
