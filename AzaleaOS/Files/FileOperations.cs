using AzaleaOS.Abi.Linux;
using AzaleaOS.Files.Reports;
using AzaleaOS.Files.Terminals;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Files;

/// <summary>What can be done with an open file of one kind. A null entry is not possible for that kind.</summary>
/// <remarks>
/// A kind of file fills in one table, once, and lets its nodes or open files point there
/// (<see cref="FileNode.Operations"/>, <see cref="DescriptorTable.AddAnonymous"/>). Results are those of the system
/// call, or a negated errno. The caller holds a reference to the open file during the call; no lock but the
/// position's is held.
/// </remarks>
internal unsafe struct FileOperations
{
    /// <summary>read and its relatives. The file was opened for reading. Null: -EINVAL, for a directory -EISDIR.</summary>
    internal delegate*<OpenFile*, Transfer*, long> Read;

    /// <summary>write and its relatives. The file was opened for writing. Null: -EINVAL.</summary>
    internal delegate*<OpenFile*, Transfer*, long> Write;

    /// <summary>ioctl: file, request, argument. Null: -ENOTTY, and that is the answer to an unknown request.</summary>
    internal delegate*<OpenFile*, uint, ulong, long> Control;

    /// <summary>
    /// poll and its relatives: the EPOLL bits that hold now. If the node is not null it is first added to the
    /// file's wait queue, which wakes it with the bits that may have become true. Null: always readable and writable.
    /// </summary>
    internal delegate*<OpenFile*, WaitNode*, uint> Poll;

    /// <summary>Whether epoll takes the file. Null: if <see cref="Poll"/> is not.</summary>
    internal delegate*<OpenFile*, bool> CanWatch;

    /// <summary>lseek: file, offset, whence; gives the new position. Null: -ESPIPE.</summary>
    internal delegate*<OpenFile*, long, uint, long> Seek;

    /// <summary>After open has filled in an open file, which no descriptor leads to yet: an error cancels the open.</summary>
    internal delegate*<OpenFile*, long> Open;

    /// <summary>The last reference is gone. Called exactly once for each open file that came to be.</summary>
    internal delegate*<OpenFile*, void> Release;

    /// <summary>fsync and its relatives have a meaning (nothing is to be done: there is no disk). False: -EINVAL.</summary>
    internal bool CanSynchronize;

    /// <summary>Transfers begin at a position: pread works, and read and write move the open file's own.</summary>
    internal bool HasPosition;

    /// <summary>Transfers begin at a position that is not kept here: pread works, and -1 stands for the open file's own.</summary>
    internal bool HasForeignPosition;

    private static FileOperations* s_tables;

    /// <summary>Regular files.</summary>
    internal static FileOperations* Regular => s_tables;

    /// <summary>Directories.</summary>
    internal static FileOperations* Directory => s_tables + 1;

    /// <summary>The console.</summary>
    internal static FileOperations* Console => s_tables + 2;

    /// <summary>/dev/null.</summary>
    internal static FileOperations* Null => s_tables + 3;

    /// <summary>/dev/zero.</summary>
    internal static FileOperations* Zero => s_tables + 4;

    /// <summary>/dev/full.</summary>
    internal static FileOperations* Full => s_tables + 5;

    /// <summary>/dev/random and /dev/urandom.</summary>
    internal static FileOperations* Random => s_tables + 6;

    /// <summary>What can be done with a place in the tree (O_PATH): nothing.</summary>
    internal static FileOperations* Place => s_tables + 7;

    /// <summary>The terminal.</summary>
    internal static FileOperations* Terminal => s_tables + 8;

    /// <summary>/dev/tty: the terminal, if there is one.</summary>
    internal static FileOperations* ControllingTerminal => s_tables + 9;

    /// <summary>A standard stream that leads to no terminal.</summary>
    internal static FileOperations* Stream => s_tables + 10;

    /// <summary>A file of /proc or /sys.</summary>
    internal static FileOperations* Report => s_tables + 11;

    /// <summary>Room for the tables of directories and links that the kernel makes entries or texts for, behind those of files.</summary>
    internal static NodeOperations* Generated => (NodeOperations*)(s_tables + 12);

    /// <summary>Room for the tables of <see cref="PollableFiles"/>.</summary>
    internal static FileOperations* Pollable => s_tables + 14;

    /// <summary>Fills in the tables.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        s_tables = (FileOperations*)KernelPages.Take();
        if (s_tables == null)
        {
            return false;
        }

        *Regular = new FileOperations { Read = &RegularFile.Read, Write = &RegularFile.Write, Seek = &RegularFile.Seek, Control = &RegularFile.Control, HasPosition = true, CanSynchronize = true };
        *Directory = new FileOperations { Seek = &DirectoryFile.Seek, HasPosition = true, CanSynchronize = true };
        *Console = new FileOperations { Read = &ConsoleFile.Read, Write = &ConsoleFile.Write };
        *Null = new FileOperations { Read = &Devices.ReadNothing, Write = &Devices.WriteAnything, Seek = &Devices.SeekNowhere, HasPosition = true };
        *Zero = new FileOperations { Read = &Devices.ReadZeros, Write = &Devices.WriteAnything, Seek = &Devices.SeekNowhere, HasPosition = true };
        *Full = new FileOperations { Read = &Devices.ReadZeros, Write = &Devices.WriteNothing, Seek = &Devices.SeekNowhere, HasPosition = true };
        *Random = new FileOperations { Read = &Devices.ReadRandom, Write = &Devices.WriteRandom, Seek = &Devices.SeekNowhere, HasPosition = true };
        *Place = default;
        *Terminal = new FileOperations { Read = &TerminalFile.Read, Write = &TerminalFile.Write, Poll = &TerminalFile.Poll, Control = &TerminalFile.Control };
        *ControllingTerminal = *Terminal;
        ControllingTerminal->Open = &TerminalFile.Open;
        *Stream = new FileOperations { Open = &StreamFile.Open, Read = &StreamFile.Read, Write = &ConsoleFile.Write, Poll = &StreamFile.Poll, Control = &StreamFile.Control };
        *Report = new FileOperations
        {
            Open = &ReportFile.Open,
            Read = &ReportFile.Read,
            Write = &ReportFile.Write,
            Seek = &ReportFile.Seek,
            Release = &ReportFile.Release,
            HasPosition = true,
        };
        return true;
    }

    /// <summary>What open gives for a kind of file that is no device; null if it cannot be opened.</summary>
    internal static FileOperations* ForKind(uint kind) => kind switch
    {
        FileMode.Regular => Regular,
        FileMode.Directory => Directory,
        FileMode.Pipe => PollableFiles.Fifo,
        _ => null,
    };
}
