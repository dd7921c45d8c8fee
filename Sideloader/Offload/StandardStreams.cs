using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>Descriptors 0, 1 and 2 of this process, made ready for an application.</summary>
/// <remarks>
/// Others use the same open file: a shell its terminal, say. O_NONBLOCK is the open file's, so it is never set there. A pipe or
/// a terminal is opened once more instead; where that is not possible (a socket, no permission), <see cref="OpenFile.Shared"/>
/// has each transfer wait for poll first. Opened at once: later this process may be confined.
/// </remarks>
internal sealed unsafe class StandardStreams : IDisposable
{
    internal const int Count = 3;

    private const int Errors = 2;

    private const int GetFlags = 3;
    private readonly (int Descriptor, bool Waits, bool Shared)[] _streams = new (int, bool, bool)[Count];

    internal StandardStreams()
    {
        for (int number = 0; number < Count; number++)
            _streams[number] = Prepare(number);
    }

    /// <summary>Gives the streams to a table that is empty. One that is closed here is closed there.</summary>
    /// <param name="files">The table.</param>
    /// <param name="errors">Keeps the end of what is written to standard error.</param>
    internal void AddTo(OpenFileTable files, ErrorsTail errors)
    {
        for (int number = 0; number < Count; number++)
        {
            (int descriptor, bool waits, bool shared) = _streams[number];
            if (descriptor < 0)
                continue;

            OpenFile file = files.Create(LinuxException.ThrowIfFailed(Libc.Duplicate(descriptor), "duplicate a descriptor"), waits, nonBlocking: false, shared);
            file.Tail = number == Errors ? errors : null;
            files.Put(number, file);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((int descriptor, _, _) in _streams)
        {
            if (descriptor >= 0)
                _ = Libc.Close(descriptor);
        }
    }

    private static (int Descriptor, bool Waits, bool Shared) Prepare(int number)
    {
        Stat status;
        if (Libc.StatAt(number, FileTree.Empty, &status, AtFlags.EmptyPath) < 0)
            return (-1, false, false);
        if ((status.Mode & FileMode.KindMask) is FileMode.Regular or FileMode.Directory or FileMode.BlockDevice)
            return (Duplicate(number), false, false);

        byte* path = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(number, new Span<byte>(path, FileTree.MaxPath));
        var access = (OpenFlags)Libc.Control(number, GetFlags, 0) & (OpenFlags.AccessMask | OpenFlags.Append);
        int opened = Libc.OpenAt(AtFlags.WorkingDirectory, path, access | OpenFlags.NonBlocking | OpenFlags.NoTerminal | OpenFlags.CloseOnExec, 0);
        return opened >= 0 ? (opened, true, false) : (Duplicate(number), true, true);
    }

    private static int Duplicate(int number) => LinuxException.ThrowIfFailed(Libc.Duplicate(number), $"duplicate descriptor {number}");
}
