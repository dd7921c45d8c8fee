using System.Net.Sockets;
using System.Runtime.InteropServices;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Devices;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.VhostUser;
using AddressFamily = System.Net.Sockets.AddressFamily;
using SocketType = System.Net.Sockets.SocketType;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>The hypervisor's side of the vhost-user protocol, and a back end that serves it in a thread.</summary>
internal sealed unsafe class FrontEnd : IDisposable
{
    internal const VirtioFeatures RingFeatures = VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors;

    private readonly Socket _socket;
    private readonly VhostUserServer _server;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Thread _thread;
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"azalea-{Guid.NewGuid():N}");

    internal FrontEnd(IVirtioDevice device, bool strict = true, bool offersConfiguration = false, TimeSpan spin = default)
    {
        _server = new VhostUserServer(_path, device, new VhostUserOptions
        {
            Strict = strict,
            Spin = spin,
            OffersConfiguration = offersConfiguration,
            Log = line =>
            {
                lock (Log)
                    Log.Add(line);
            },
        });
        _thread = new Thread(() =>
        {
            try
            {
                _server.ServeOne(_cancellation.Token);
            }
            catch (Exception e)
            {
                Failure = e;
            }
        });
        _thread.Start();
        _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        _socket.Connect(new UnixDomainSocketEndPoint(_path));
    }

    /// <summary>What the back end said that went wrong.</summary>
    internal List<string> Log { get; } = [];

    /// <summary>What ended the session, if it was not the front end.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Agrees on all features and hands over the memory.</summary>
    internal void Start(SharedGuest guest, VirtioFeatures features = RingFeatures)
    {
        ulong offered = Ask<ulong>(VhostUserRequest.GetFeatures);
        Assert.Equal(features, (VirtioFeatures)offered & features);
        Send(VhostUserRequest.SetFeatures, (ulong)VirtioFeatures.VhostUserProtocol);
        Send(VhostUserRequest.SetProtocolFeatures, Ask<ulong>(VhostUserRequest.GetProtocolFeatures));
        Send(VhostUserRequest.SetOwner, default(Nothing));
        Assert.Equal(0UL, SendAcknowledged(VhostUserRequest.SetFeatures, (ulong)(features | VirtioFeatures.VhostUserProtocol)));
        Assert.Equal(0UL, SendAcknowledged(VhostUserRequest.AddMemReg, Region(guest), guest.Descriptor));
    }

    internal static PaddedRegion Region(SharedGuest guest) => new()
    {
        Region = new MemoryRegion { GuestAddress = SharedGuest.Address, Length = (ulong)guest.Bytes, FrontEndAddress = SharedGuest.FrontEndAddress, FileOffset = 0 },
    };

    /// <summary>Starts a queue.</summary>
    internal void StartQueue(uint index, RingDriver driver, QueueEvents events, ushort first = 0)
    {
        Send(VhostUserRequest.SetVringNum, new VringState { Index = index, Value = (uint)driver.Size });
        Send(VhostUserRequest.SetVringBase, new VringState { Index = index, Value = first });
        Send(VhostUserRequest.SetVringAddr, AddressesOf(index, driver));
        Send(VhostUserRequest.SetVringKick, (ulong)index, events.Kick);
        Send(VhostUserRequest.SetVringCall, (ulong)index, events.Call);
        Send(VhostUserRequest.SetVringErr, (ulong)index, events.Error);
        Assert.Equal(0UL, SendAcknowledged(VhostUserRequest.SetVringEnable, new VringState { Index = index, Value = 1 }));
    }

    internal static VringAddresses AddressesOf(uint index, RingDriver driver) => new()
    {
        Index = index,
        Descriptors = driver.TableAddress - SharedGuest.Address + SharedGuest.FrontEndAddress,
        Available = driver.AvailableAddress - SharedGuest.Address + SharedGuest.FrontEndAddress,
        Used = driver.UsedAddress - SharedGuest.Address + SharedGuest.FrontEndAddress,
    };

    internal void Send<T>(VhostUserRequest request, T payload, params ReadOnlySpan<int> descriptors)
        where T : unmanaged
        => SendRaw(request, VhostUserHeader.Version, Bytes(payload), descriptors);

    internal ulong SendAcknowledged<T>(VhostUserRequest request, T payload, params ReadOnlySpan<int> descriptors)
        where T : unmanaged
    {
        SendRaw(request, VhostUserHeader.Version | VhostUserHeader.NeedReply, Bytes(payload), descriptors);
        return MemoryMarshal.Read<ulong>(Receive(request));
    }

    internal T Ask<T>(VhostUserRequest request)
        where T : unmanaged
    {
        SendRaw(request, VhostUserHeader.Version, [], []);
        return MemoryMarshal.Read<T>(Receive(request));
    }

    internal byte[] Receive(VhostUserRequest request)
    {
        Span<byte> bytes = stackalloc byte[VhostUserHeader.Bytes];
        ReceiveAll(bytes);
        VhostUserHeader header = MemoryMarshal.Read<VhostUserHeader>(bytes);
        Assert.Equal(request, header.Request);
        Assert.Equal(VhostUserHeader.Version | VhostUserHeader.Reply, header.Flags);
        byte[] payload = new byte[header.Size];
        ReceiveAll(payload);
        return payload;
    }

    internal bool SendRaw(VhostUserRequest request, uint flags, ReadOnlySpan<byte> payload, ReadOnlySpan<int> descriptors, uint? size = null)
    {
        byte[] bytes = new byte[VhostUserHeader.Bytes + payload.Length];
        MemoryMarshal.Write(bytes, new VhostUserHeader { Request = request, Flags = flags, Size = size ?? (uint)payload.Length });
        payload.CopyTo(bytes.AsSpan(VhostUserHeader.Bytes));
        byte* control = stackalloc byte[256];
        *(ControlHeader*)control = new ControlHeader { Length = (ulong)(16 + descriptors.Length * 4), Level = ControlHeader.SocketLevel, Type = ControlHeader.Rights };
        descriptors.CopyTo(new Span<int>(control + 16, 32));
        fixed (byte* start = bytes)
        {
            var buffer = new IoVector { Base = (ulong)start, Length = (ulong)bytes.Length };
            var message = new MessageHeader { Vector = (ulong)&buffer, VectorLength = 1 };
            if (descriptors.Length > 0)
                (message.Control, message.ControlLength) = ((ulong)control, (ulong)((16 + descriptors.Length * 4 + 7) & ~7));
            return Libc.SendMessage((int)_socket.Handle, &message, MessageFlags.NoSignal) == bytes.Length;
        }
    }

    /// <summary>Hangs up and waits for the end of the session.</summary>
    internal void HangUp()
    {
        _socket.Dispose();
        Assert.True(_thread.Join(TimeSpan.FromSeconds(30)), "the session does not end");
    }

    /// <summary>Waits for the session to end by itself.</summary>
    internal Exception WaitForFailure()
    {
        Assert.True(_thread.Join(TimeSpan.FromSeconds(30)), "the session does not end");
        Assert.NotNull(Failure);
        return Failure;
    }

    public void Dispose()
    {
        _cancellation.Cancel();
        HangUp();
        _server.Dispose();
        _cancellation.Dispose();
        Assert.False(File.Exists(_path));
    }

    private static byte[] Bytes<T>(T value)
        where T : unmanaged
        => typeof(T) == typeof(Nothing) ? [] : MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();

    private void ReceiveAll(Span<byte> target)
    {
        for (int done = 0; done < target.Length;)
        {
            int count = _socket.Receive(target[done..]);
            Assert.True(count > 0, $"the back end hung up: {Failure}");
            done += count;
        }
    }

    /// <summary>No payload.</summary>
    internal struct Nothing;

    /// <summary>The payload of a request about one region.</summary>
    [StructLayout(LayoutKind.Explicit)]
    internal struct PaddedRegion
    {
        [FieldOffset(8)] internal MemoryRegion Region;
    }
}
