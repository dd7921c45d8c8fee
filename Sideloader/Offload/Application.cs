using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>What the peer knows of one unikernel's application: its directory tree, working directory and open files.</summary>
internal sealed class Application : IDisposable
{
    private readonly Lock _gate = new();
    private readonly StandardStreams? _streams;
    private OpenFile? _workingDirectory;
    private ulong _signals;
    private uint _creationMask = 0x12;

    /// <summary>An application in a directory of the host, which is its root and working directory, or in none.</summary>
    /// <exception cref="LinuxException">There is no such directory.</exception>
    /// <exception cref="ArgumentException">Something is to be mounted where there is no directory.</exception>
    internal Application(OffloadOptions options)
    {
        IsReadOnly = options.ReadOnly;
        Log = options.Log;
        Mounts = new MountTable(options);
        _workingDirectory = DuplicateRoot();
        _streams = options.StandardStreams ? new StandardStreams() : null;
    }

    /// <summary>The directories that it sees.</summary>
    internal MountTable Mounts { get; }

    internal bool IsReadOnly { get; }

    internal Action<string> Log { get; }

    internal OpenFileTable Files { get; } = new();

    /// <summary>For calls that wait inside Linux.</summary>
    internal HelperThreads Helpers { get; } = new();

    /// <summary>Whether the application has taken record locks since it started.</summary>
    internal bool HasRecordLocks { get; set; }

    /// <summary>Whether a version has been agreed on.</summary>
    internal bool Greeted { get; set; }

    /// <summary>Whether some directories of its root are the unikernel's own.</summary>
    internal bool HasPlaces { get; set; }

    /// <summary>The wait status that the application ended with, if it did.</summary>
    internal int? ExitStatus { get; set; }

    /// <summary>The end of what it wrote to its standard error.</summary>
    internal ErrorsTail Errors { get; private set; } = new();

    /// <summary>The handlers of all queues, for requests that interrupt others.</summary>
    internal List<OffloadHandler> Handlers { get; } = [];

    internal uint CreationMask => Volatile.Read(ref _creationMask);

    /// <summary>Sets the mask of permissions that new files do not get, and gives the one before.</summary>
    internal uint SetCreationMask(uint mask) => Interlocked.Exchange(ref _creationMask, mask & 0x1FF);

    internal bool HasTree => Mounts.Count > 0;

    /// <summary>Uses the working directory, which the caller releases; null if there is no tree.</summary>
    internal OpenFile? BorrowWorkingDirectory()
    {
        lock (_gate)
        {
            _workingDirectory?.Hold();
            return _workingDirectory;
        }
    }

    /// <summary>Takes over another working directory.</summary>
    internal void SetWorkingDirectory(OpenFile? directory)
    {
        lock (_gate)
            (directory, _workingDirectory) = (_workingDirectory, directory);
        directory?.Release();
    }

    /// <summary>Keeps a signal for the application, and tells the queues' threads.</summary>
    internal void Raise(int signal)
    {
        Interlocked.Or(ref _signals, 1UL << (signal - 1));
        lock (Handlers)
        {
            foreach (OffloadHandler handler in Handlers)
                handler.TellOfSignal();
        }
    }

    /// <summary>Takes the lowest signal that was raised.</summary>
    /// <returns>Its number, or 0.</returns>
    internal int TakeSignal()
    {
        ulong signals = Volatile.Read(ref _signals);
        while (signals != 0)
        {
            ulong seen = Interlocked.CompareExchange(ref _signals, signals & (signals - 1), signals);
            if (seen == signals)
                return 1 + System.Numerics.BitOperations.TrailingZeroCount(signals);
            signals = seen;
        }

        return 0;
    }

    /// <summary>The unikernel starts anew: nothing of the one before is left.</summary>
    internal void Reset()
    {
        Files.Clear();
        Errors = new ErrorsTail();
        _streams?.AddTo(Files, Errors);
        Greeted = false;
        HasPlaces = false;
        ExitStatus = null;
        HasRecordLocks = false;
        Volatile.Write(ref _signals, 0);
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
        Helpers.Dispose();
        Files.Clear();
        _streams?.Dispose();
        _workingDirectory?.Release();
        Mounts.Dispose();
    }

    /// <summary>What this side can do.</summary>
    internal ChannelFeatures Features => (HasTree ? ChannelFeatures.FileTree | ChannelFeatures.KernelPlaces : 0) | (_streams is null ? 0 : ChannelFeatures.StandardStreams);

    private OpenFile? DuplicateRoot() => HasTree
        ? Files.Create(LinuxException.ThrowIfFailed(Libc.Duplicate(Mounts.Descriptor(0)), "duplicate a descriptor"), waits: false, nonBlocking: false)
        : null;
}
