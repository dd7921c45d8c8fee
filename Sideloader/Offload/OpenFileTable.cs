using AzaleaOS.Abi;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>The application's open files by number: the lowest free one, as on Linux.</summary>
internal sealed class OpenFileTable
{
    /// <summary>Most open files. Source: the default of Linux's RLIMIT_NOFILE, hard limit 4096 before systemd.</summary>
    internal const int MaxFiles = 4096;

    private readonly Lock _gate = new();
    private readonly OpenFile?[] _files = new OpenFile?[MaxFiles];
    private readonly Stack<OpenFile> _unused = new();
    private int _lowestFree;

    /// <summary>Takes over a descriptor, without a number yet.</summary>
    internal OpenFile Create(int descriptor, bool waits, bool nonBlocking, bool shared = false)
    {
        OpenFile? file;
        lock (_gate)
            _unused.TryPop(out file);
        file ??= new OpenFile(this);
        file.Start(descriptor, waits, nonBlocking, shared);
        return file;
    }

    /// <summary>Takes back a file that nobody holds.</summary>
    internal void Reuse(OpenFile file)
    {
        lock (_gate)
            _unused.Push(file);
    }

    /// <summary>Gives a number to a file that the caller holds no longer: the lowest free one that is not below another.</summary>
    /// <returns>The number, or -EMFILE: then the file is closed.</returns>
    internal int Add(OpenFile file, int from = 0)
    {
        lock (_gate)
        {
            for (int number = Math.Max(from, _lowestFree); number < MaxFiles; number++)
            {
                if (_files[number] is not null)
                    continue;

                _files[number] = file;
                if (from <= _lowestFree)
                    _lowestFree = number + 1;
                return number;
            }

            if (from <= _lowestFree)
                _lowestFree = MaxFiles;
        }

        file.Release();
        return -(int)Errno.EMFILE;
    }

    /// <summary>Gives a free number to a file that the caller holds no longer.</summary>
    internal void Put(int number, OpenFile file)
    {
        lock (_gate)
            _files[number] = file;
    }

    /// <summary>Uses a file, which the caller releases. Without the lock: every call with a descriptor of every queue comes here.</summary>
    internal OpenFile? Borrow(long number)
    {
        if ((ulong)number >= MaxFiles)
            return null;

        while (Volatile.Read(ref _files[number]) is { } file)
        {
            if (!file.TryHold())
                continue;
            // It may have been closed before it was held, and be another file by now.
            if (Volatile.Read(ref _files[number]) == file)
                return file;
            file.Release();
        }

        return null;
    }

    /// <summary>Closes a number.</summary>
    /// <returns>0, or -EBADF.</returns>
    internal int Remove(long number)
    {
        OpenFile? file;
        lock (_gate)
        {
            if ((ulong)number >= MaxFiles || (file = _files[number]) is null)
                return -(int)Errno.EBADF;

            _files[number] = null;
            _lowestFree = Math.Min(_lowestFree, (int)number);
        }

        file.Release();
        return 0;
    }

    /// <summary>Closes all.</summary>
    internal void Clear()
    {
        for (int number = 0; number < MaxFiles; number++)
            Remove(number);
    }
}
