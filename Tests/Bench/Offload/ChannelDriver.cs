using System.Net.Sockets;
using System.Runtime.InteropServices;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.VhostUser;

namespace AzaleaOS.Bench.Offload;

/// <summary>A unikernel's side of the channel, at its simplest: one request at a time, always in the same buffers.</summary>
internal sealed unsafe class ChannelDriver : IDisposable
{
    /// <summary>The most data of an answer.</summary>
    internal const int MaxData = 1 << 20;

    private const int QueueSize = 16;
    private const uint Queue = 1;
    private const int MemoryBytes = 4 << 20;
    private const ulong FrontEndAddress = 0x7000_0000_0000;
    private const int Available = 0x1000;
    private const int Used = 0x2000;
    private const int Request = 0x3000;
    // The data behind the header starts a page, as a program's own buffer may.
    private const int Response = 0x10_0000 - ResponseHeader.Bytes;

    private readonly Socket _socket;
    private readonly MappedFile _memory;
    private readonly byte* _start;
    private readonly int _kick;
    private readonly int _call;
    private readonly bool _sleeps;
    private ushort _sent;

    /// <param name="path">Where the peer listens.</param>
    /// <param name="sleeps">Whether it sleeps until the peer's eventfd wakes it; else it polls.</param>
    internal ChannelDriver(string path, bool sleeps)
    {
        _sleeps = sleeps;
        _socket = new Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, ProtocolType.Unspecified);
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        int file;
        fixed (byte* name = "bench\0"u8)
            file = LinuxException.ThrowIfFailed(Libc.CreateMemoryFile(name, 0), "create memory");
        LinuxException.ThrowIfFailed(Libc.Truncate(file, MemoryBytes), "size memory");
        _memory = MappedFile.Map(file, 0, MemoryBytes);
        _start = _memory.Start;
        _kick = LinuxException.ThrowIfFailed(Libc.CreateEvent(0, Libc.EventNonBlocking), "create an eventfd");
        _call = LinuxException.ThrowIfFailed(Libc.CreateEvent(0, 0), "create an eventfd");

        Send(VhostUserRequest.SetFeatures, (ulong)(VirtioFeatures.Version1 | VirtioFeatures.EventIndex));
        var table = new MemoryTable { Count = 1, Region = new MemoryRegion { Length = MemoryBytes, FrontEndAddress = FrontEndAddress } };
        Send(VhostUserRequest.SetMemTable, table, file);
        Send(VhostUserRequest.SetVringNum, new VringState { Index = Queue, Value = QueueSize });
        Send(VhostUserRequest.SetVringAddr, new VringAddresses { Index = Queue, Descriptors = FrontEndAddress, Available = FrontEndAddress + Available, Used = FrontEndAddress + Used });
        Send(VhostUserRequest.SetVringCall, (ulong)Queue, _call);
        // No interrupt is wanted of whoever polls: the used index never gets there within a bench.
        *(ushort*)(_start + Available + SplitRing.UsedEventOffset(QueueSize)) = 0x8000;
        Send(VhostUserRequest.SetVringKick, (ulong)Queue, _kick);
        LinuxException.ThrowIfFailed(Libc.Close(file), "close memory");

        var hello = new HelloRequest { Magic = ChannelProtocol.Magic, OldestVersion = ChannelProtocol.Version, NewestVersion = ChannelProtocol.Version };
        Prepare((ushort)ChannelOperation.Hello, [], MemoryMarshal.AsBytes(new ReadOnlySpan<HelloRequest>(in hello)), HelloResponse.Bytes);
        Expect(0);
    }

    /// <summary>The result of the last call.</summary>
    internal long Result => *(long*)(_start + Response);

    /// <summary>Writes the request that <see cref="Call"/> sends.</summary>
    internal void Prepare(ushort operation, ReadOnlySpan<long> arguments, ReadOnlySpan<byte> data, int room)
    {
        var header = (RequestHeader*)(_start + Request);
        *header = new RequestHeader { Operation = operation };
        for (int i = 0; i < arguments.Length; i++)
            header->Arguments[i] = arguments[i];
        data.CopyTo(new Span<byte>(_start + Request + RequestHeader.Bytes, data.Length));
        var descriptors = (VirtqDescriptor*)_start;
        descriptors[0] = new VirtqDescriptor { Address = Request, Length = (uint)(RequestHeader.Bytes + data.Length), Flags = VirtqDescriptorFlags.Next, Next = 1 };
        descriptors[1] = new VirtqDescriptor { Address = Response, Length = (uint)(ResponseHeader.Bytes + room), Flags = VirtqDescriptorFlags.Write };
    }

    /// <summary>Sends the request and waits for its answer.</summary>
    internal void Call()
    {
        if (_sleeps)
        {
            CallAndSleep();
            return;
        }

        // Entry n of the ring is always chain 0.
        _sent++;
        Volatile.Write(ref *(ushort*)(_start + Available + SplitRing.IndexOffset), _sent);
        for (long spins = 0; Volatile.Read(ref *(ushort*)(_start + Used + SplitRing.IndexOffset)) != _sent; spins++)
        {
            // It sleeps after all: at the start, or on a host without time for it.
            if (spins % 10_000_000 == 9_999_999)
                Libc.Signal(_kick);
        }
    }

    private void CallAndSleep()
    {
        // Wanted: an interrupt for this answer.
        Volatile.Write(ref *(ushort*)(_start + Available + SplitRing.UsedEventOffset(QueueSize)), _sent);
        _sent++;
        Volatile.Write(ref *(ushort*)(_start + Available + SplitRing.IndexOffset), _sent);
        // What was written must be seen before the peer's wish is read (VIRTIO 1.2, 2.7.13.4).
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref *(ushort*)(_start + Used + SplitRing.AvailableEventOffset(QueueSize))) == (ushort)(_sent - 1))
            Libc.Signal(_kick);
        do
        {
            // Blocks until the peer has signalled, and takes the signals away.
            ulong count;
            LinuxException.ThrowIfFailed(Libc.Read(_call, &count, sizeof(ulong)), "wait for the peer");
        }
        while (Volatile.Read(ref *(ushort*)(_start + Used + SplitRing.IndexOffset)) != _sent);
    }

    /// <summary>Sends the request and takes no other answer.</summary>
    internal void Expect(long result)
    {
        if (!_sleeps)
            Libc.Signal(_kick);
        Call();
        if (Result != result)
            throw new IOException($"the peer answers {Result}, not {result}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _memory.Release();
        LinuxException.ThrowIfFailed(Libc.Close(_kick), "close an eventfd");
        LinuxException.ThrowIfFailed(Libc.Close(_call), "close an eventfd");
    }

    private void Send<T>(VhostUserRequest request, T payload, params ReadOnlySpan<int> descriptors)
        where T : unmanaged
    {
        byte* bytes = stackalloc byte[VhostUserHeader.Bytes + sizeof(T)];
        *(VhostUserHeader*)bytes = new VhostUserHeader { Request = request, Flags = VhostUserHeader.Version, Size = (uint)sizeof(T) };
        *(T*)(bytes + VhostUserHeader.Bytes) = payload;
        byte* control = stackalloc byte[24];
        *(ControlHeader*)control = new ControlHeader { Length = 20, Level = ControlHeader.SocketLevel, Type = ControlHeader.Rights };
        descriptors.CopyTo(new Span<int>(control + 16, 2));
        var buffer = new IoVector { Base = (ulong)bytes, Length = (ulong)(VhostUserHeader.Bytes + sizeof(T)) };
        var message = new MessageHeader { Vector = (ulong)&buffer, VectorLength = 1 };
        if (descriptors.Length > 0)
            (message.Control, message.ControlLength) = ((ulong)control, 24);
        LinuxException.ThrowIfFailed(Libc.SendMessage((int)_socket.Handle, &message, MessageFlags.NoSignal), "talk to the peer");
    }

    /// <summary>SET_MEM_TABLE with one region.</summary>
    [StructLayout(LayoutKind.Explicit)]
    private struct MemoryTable
    {
        [FieldOffset(0)] internal uint Count;
        [FieldOffset(8)] internal MemoryRegion Region;
    }
}
