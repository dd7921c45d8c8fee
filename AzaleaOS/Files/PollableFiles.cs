using AzaleaOS.Files.Events;
using AzaleaOS.Files.Pipes;
using AzaleaOS.Files.Sockets;
using AzaleaOS.Threads;

namespace AzaleaOS.Files;

/// <summary>The kinds of files that threads wait for: pipes, events, timers, epoll, sockets.</summary>
internal static unsafe class PollableFiles
{
    /// <summary>Either end of a pipe.</summary>
    internal static FileOperations* Pipe => FileOperations.Pollable;

    /// <summary>A FIFO that is opened by its name.</summary>
    internal static FileOperations* Fifo => FileOperations.Pollable + 1;

    /// <summary>eventfd.</summary>
    internal static FileOperations* EventCounter => FileOperations.Pollable + 2;

    /// <summary>timerfd.</summary>
    internal static FileOperations* Timer => FileOperations.Pollable + 3;

    /// <summary>epoll.</summary>
    internal static FileOperations* EventPoll => FileOperations.Pollable + 4;

    /// <summary>A socket of any kind.</summary>
    internal static FileOperations* Socket => FileOperations.Pollable + 5;

    /// <summary>The process, of pidfd_open.</summary>
    internal static FileOperations* Process => FileOperations.Pollable + 6;

    /// <summary>signalfd.</summary>
    internal static FileOperations* Signals => FileOperations.Pollable + 7;

    /// <summary>How /proc calls a kind of file that has no other name.</summary>
    internal static ReadOnlySpan<byte> NameOf(FileOperations* operations)
        => operations == EventCounter ? "anon_inode:[eventfd]"u8
            : operations == Timer ? "anon_inode:[timerfd]"u8
            : operations == EventPoll ? "anon_inode:[eventpoll]"u8
            : operations == Process ? "anon_inode:[pidfd]"u8
            : "anon_inode:[signalfd]"u8;

    /// <summary>Fills in the tables, after <see cref="FileOperations.Initialize"/>.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        BufferPages.Reset();
        Pipes.Pipe.Reset();
        Events.EventCounter.Reset();
        TimerFile.Reset();
        Polling.EventPoll.Reset();
        *Pipe = new FileOperations
        {
            Read = &PipeFile.Read,
            Write = &PipeFile.Write,
            Poll = &PipeFile.Poll,
            Control = &PipeFile.Control,
            Release = &PipeFile.Release,
        };
        *Fifo = *Pipe;
        Fifo->Open = &Pipes.Fifo.Open;
        *EventCounter = new FileOperations
        {
            Read = &Events.EventCounter.Read,
            Write = &Events.EventCounter.Write,
            Poll = &Events.EventCounter.Poll,
            Seek = &Devices.SeekNowhere,
            Release = &Events.EventCounter.Release,
        };
        *Timer = new FileOperations { Read = &TimerFile.Read, Poll = &TimerFile.Poll, Seek = &Devices.SeekNowhere, Release = &TimerFile.Release };
        *EventPoll = new FileOperations
        {
            Poll = &Polling.EventPoll.Poll,
            Seek = &Devices.SeekNowhere,
            Control = &Polling.EventPoll.Control,
            Release = &Polling.EventPoll.Release,
        };
        *Process = new FileOperations { Poll = &NeverReady, Seek = &Devices.SeekNowhere };
        *Signals = new FileOperations { Read = &SignalFile.Read, Poll = &SignalFile.Poll, Seek = &Devices.SeekNowhere };
        *Socket = new FileOperations
        {
            Read = &SocketFile.Read,
            Write = &SocketFile.Write,
            Poll = &SocketFile.Poll,
            Control = &SocketFile.Control,
            Release = &SocketFile.Release,
        };
        Sockets.Socket.Reset();
        Packet.Reset();
        Rights.Reset();
        return UnixNames.Initialize() && InternetPorts.Initialize();
    }

    private static uint NeverReady(OpenFile* file, WaitNode* node) => 0;
}
