using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>What the peer knows of one unikernel's application: its directory tree, working directory and open files.</summary>
internal sealed class Application : IDisposable
{
    private readonly Lock _gate = new();
    private OpenFile _workingDirectory;
    private uint _creationMask = 0x12;

    /// <summary>An application in a directory of the host, which is its root and working directory.</summary>
    /// <exception cref="LinuxException">There is no such directory.</exception>
    internal unsafe Application(string root, bool readOnly, Action<string> log)
    {
        IsReadOnly = readOnly;
        Log = log;
        fixed (byte* path = (byte[])[.. System.Text.Encoding.UTF8.GetBytes(root), 0])
            Root = LinuxException.ThrowIfFailed(Libc.OpenAt(AtFlags.WorkingDirectory, path, OpenFlags.Path | OpenFlags.Directory | OpenFlags.CloseOnExec, 0), $"open the directory {root}");
        _workingDirectory = DuplicateRoot();
    }

    /// <summary>O_PATH descriptor of the root directory.</summary>
    internal int Root { get; }

    internal bool IsReadOnly { get; }

    internal Action<string> Log { get; }

    internal OpenFileTable Files { get; } = new();

    /// <summary>Whether a version has been agreed on.</summary>
    internal bool Greeted { get; set; }

    /// <summary>The wait status that the application ended with, if it did.</summary>
    internal int? ExitStatus { get; set; }

    /// <summary>The handlers of all queues, for requests that interrupt others.</summary>
    internal List<OffloadHandler> Handlers { get; } = [];

    internal uint CreationMask => Volatile.Read(ref _creationMask);

    /// <summary>Sets the mask of permissions that new files do not get, and gives the one before.</summary>
    internal uint SetCreationMask(uint mask) => Interlocked.Exchange(ref _creationMask, mask & 0x1FF);

    /// <summary>Uses the working directory, which the caller releases.</summary>
    internal OpenFile BorrowWorkingDirectory()
    {
        lock (_gate)
        {
            _workingDirectory.Hold();
            return _workingDirectory;
        }
    }

    /// <summary>Takes over another working directory.</summary>
    internal void SetWorkingDirectory(OpenFile directory)
    {
        lock (_gate)
            (directory, _workingDirectory) = (_workingDirectory, directory);
        directory.Release();
    }

    /// <summary>The unikernel starts anew: nothing of the one before is left.</summary>
    internal void Reset()
    {
        Files.Clear();
        Greeted = false;
        ExitStatus = null;
        SetCreationMask(0x12);
        SetWorkingDirectory(DuplicateRoot());
    }

    /// <summary>Interrupts a request that waits, on whatever queue.</summary>
    /// <returns>0, or -ENOENT.</returns>
    internal int Cancel(ulong sequence)
    {
        lock (Handlers)
        {
            foreach (OffloadHandler handler in Handlers)
            {
                if (handler.TryCancel(sequence))
                    return 0;
            }
        }

        return -(int)Errno.ENOENT;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Files.Clear();
        _workingDirectory.Release();
        _ = Libc.Close(Root);
    }

    /// <summary>What both sides can do.</summary>
    internal static ChannelFeatures Features => ChannelFeatures.None;

    private OpenFile DuplicateRoot() =>
        Files.Create(LinuxException.ThrowIfFailed(Libc.Duplicate(Root), "duplicate a descriptor"), waits: false, nonBlocking: false);
}
