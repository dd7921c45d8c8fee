using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Sideloader.Statistics;
using AzaleaOS.Sideloader.VhostUser;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>A unikernel's side of the offload channel: two queues, requests in flight as many as there is room.</summary>
internal sealed unsafe class OffloadClient : IDisposable
{
    internal const long Here = -100;
    internal const int Control = 0;
    internal const int Core = 1;

    private const int Page = 4096;
    private const int Slots = 600;
    private const int SlotPages = 3;
    private const int Queues = 2;

    // Rings, then small slots for requests in flight, then pages for big ones.
    private const ulong Ring = SharedGuest.Address;
    private const ulong SlotArea = SharedGuest.Address + 0x10_0000;
    private const ulong BigArea = SlotArea + Slots * SlotPages * Page;

    private readonly SharedGuest _guest = new(24 << 20);
    private readonly QueueEvents[] _events = [new(), new()];
    private readonly RingDriver[] _drivers = new RingDriver[Queues];
    private readonly Stack<int> _free = new(Enumerable.Range(0, Slots));
    private readonly Dictionary<(int Queue, uint Head), (int Slot, ulong Sequence, List<Buffer> Room)> _flying = [];
    private readonly Dictionary<ulong, (long Result, byte[] Answer)> _answers = [];
    private readonly FrontEnd _frontEnd;
    private ulong _sequence;

    internal OffloadClient(string? root, bool readOnly = false, bool greet = true, bool standardStreams = false, StatisticsFile? statistics = null)
        : this(greet, new OffloadOptions { Root = root, ReadOnly = readOnly, StandardStreams = standardStreams, Statistics = statistics })
    {
    }

    internal OffloadClient(bool greet, OffloadOptions options)
    {
        Device = new OffloadDevice(options with { Log = Lines.Add });
        _frontEnd = new FrontEnd(Device);
        _frontEnd.Start(_guest);
        for (int queue = 0; queue < Queues; queue++)
        {
            _drivers[queue] = new RingDriver(_guest.Memory, Ring + (ulong)queue * 0x4_0000, 1024, FrontEnd.RingFeatures);
            _frontEnd.StartQueue((uint)queue, _drivers[queue], _events[queue]);
        }

        if (greet)
            Assert.Equal(0, Greet(out _));
    }

    internal OffloadDevice Device { get; }

    /// <summary>What the unikernel gave to the log.</summary>
    internal List<string> Lines { get; } = [];

    internal long Greet(out HelloResponse response, uint oldest = ChannelProtocol.Version, uint newest = ChannelProtocol.Version, ulong magic = ChannelProtocol.Magic,
        ChannelFeatures features = (ChannelFeatures)ulong.MaxValue)
    {
        var request = new HelloRequest { Magic = magic, OldestVersion = oldest, NewestVersion = newest, Features = features, Cores = 1 };
        long result = Call((ushort)ChannelOperation.Hello, [], MemoryMarshal.AsBytes(new ReadOnlySpan<HelloRequest>(in request)), HelloResponse.Bytes, out byte[] answer);
        response = result == 0 ? MemoryMarshal.Read<HelloResponse>(answer) : default;
        return result;
    }

    /// <summary>A call with texts, without answer but its result.</summary>
    internal long Call(OffloadedCall call, params ReadOnlySpan<object> arguments) => CallFor(call, 0, out _, arguments);

    /// <summary>A call whose answer is a structure or bytes. Strings become lengths and texts, byte arrays the data behind them; flags stay apart.</summary>
    internal long CallFor(OffloadedCall call, int room, out byte[] answer, params ReadOnlySpan<object> arguments)
    {
        var numbers = new List<long>();
        var data = new List<byte>();
        RequestFlags flags = 0;
        foreach (object argument in arguments)
        {
            switch (argument)
            {
                case string text:
                    byte[] bytes = Encoding.UTF8.GetBytes(text);
                    numbers.Add(bytes.Length);
                    data.AddRange(bytes);
                    break;
                case RequestFlags given:
                    flags |= given;
                    break;
                case byte[] raw:
                    data.AddRange(raw);
                    break;
                default:
                    numbers.Add(Convert.ToInt64(argument, System.Globalization.CultureInfo.InvariantCulture));
                    break;
            }
        }

        return Call((ushort)call, CollectionsMarshal.AsSpan(numbers), CollectionsMarshal.AsSpan(data), room, out answer, flags: flags);
    }

    internal byte[] Read(long file, int count)
    {
        long result = CallFor(OffloadedCall.Read, count, out byte[] answer, file);
        Assert.Equal(answer.Length, result);
        return answer;
    }

    internal long Call(ushort operation, ReadOnlySpan<long> arguments, ReadOnlySpan<byte> data, int room, out byte[] answer, int queue = Core, RequestFlags flags = 0)
    {
        ulong sequence = Send(operation, arguments, data, room, queue, flags);
        return Wait(sequence, out answer, queue);
    }

    internal long Cancel(ulong sequence) => Call((ushort)ChannelOperation.Cancel, [(long)sequence], [], 0, out _, Control);

    /// <summary>Sends a request whose parts lie in pages in descending order.</summary>
    internal ulong Send(ushort operation, ReadOnlySpan<long> arguments, ReadOnlySpan<byte> data, int room, int queue = Core, RequestFlags flags = 0)
    {
        var header = new RequestHeader { Operation = operation, Flags = flags, Thread = 1, Sequence = ++_sequence };
        for (int i = 0; i < arguments.Length; i++)
            header.Arguments[i] = arguments[i];
        byte[] request = [.. MemoryMarshal.AsBytes(new ReadOnlySpan<RequestHeader>(in header)), .. data];
        room += ResponseHeader.Bytes;

        bool big = request.Length + room > Page;
        int slot = _free.Pop();
        ulong start = SlotArea + (ulong)slot * SlotPages * Page;
        // The lowest part of the slot or of the big pages is for the indirect table.
        ulong place = big ? SharedGuest.Address + (ulong)_guest.Bytes : start + SlotPages * Page;
        var buffers = new List<Buffer>();
        for (int done = 0; done < request.Length;)
        {
            int piece = Math.Min(done == 0 ? 33 : big ? Page : 1000, request.Length - done);
            place -= big ? Page : (ulong)(piece + 7 & ~7);
            request.AsSpan(done, piece).CopyTo(_guest.At(place, piece));
            buffers.Add(new(place, (uint)piece, false));
            done += piece;
        }

        var written = new List<Buffer>();
        for (int done = 0; done < room;)
        {
            int piece = Math.Min(done == 0 ? 11 : big ? Page : 1500, room - done);
            place -= big ? Page : (ulong)(piece + 7 & ~7);
            written.Add(new(place, (uint)piece, true));
            done += piece;
        }

        Assert.True(big ? place >= BigArea : place >= start + Page);
        buffers.AddRange(written);
        ushort head = _drivers[queue].AddIndirect(_guest.At(big ? Ring + 0x8_0000 : start, buffers.Count * 16), big ? Ring + 0x8_0000 : start, buffers.ToArray());
        _flying[(queue, head)] = (slot, _sequence, written);
        _drivers[queue].Publish(head);
        if (_drivers[queue].ShouldKick())
            Libc.Signal(_events[queue].Kick);
        return _sequence;
    }

    /// <summary>Whether a request has been answered.</summary>
    internal bool IsAnswered(ulong sequence, int queue = Core)
    {
        Reclaim(queue);
        return _answers.ContainsKey(sequence);
    }

    internal long Wait(ulong sequence, out byte[] answer, int queue = Core)
    {
        while (!IsAnswered(sequence, queue))
        {
            if (!_drivers[queue].EnableInterrupts())
                Assert.True(QueueEvents.Wait(_events[queue].Call), $"no answer: {string.Join(';', _frontEnd.Log)} {_frontEnd.Failure}");
        }

        _answers.Remove(sequence, out (long Result, byte[] Answer) found);
        answer = found.Answer;
        return found.Result;
    }

    /// <summary>Stops a queue as the driver's reset does.</summary>
    internal void StopQueue(int queue)
    {
        _frontEnd.Send(VhostUserRequest.GetVringBase, new VringState { Index = (uint)queue });
        _frontEnd.Receive(VhostUserRequest.GetVringBase);
    }

    public void Dispose()
    {
        _frontEnd.Dispose();
        Assert.Empty(_frontEnd.Log);
        Assert.Null(_frontEnd.Failure);
        foreach (QueueEvents events in _events)
            events.Dispose();
        Device.Dispose();
        _guest.Dispose();
    }

    private void Reclaim(int queue)
    {
        while (_drivers[queue].TryReclaim(out VirtqUsedElement element))
        {
            Assert.True(_flying.Remove((queue, element.Head), out (int Slot, ulong Sequence, List<Buffer> Room) request));
            byte[] all = [.. request.Room.SelectMany(buffer => _guest.At(buffer.Address, (int)buffer.Length).ToArray()).Take((int)element.Length)];
            ResponseHeader header = MemoryMarshal.Read<ResponseHeader>(all);
            Assert.Equal((uint)request.Sequence, header.Sequence);
            _answers.Add(request.Sequence, (header.Result, all[ResponseHeader.Bytes..]));
            _free.Push(request.Slot);
        }
    }
}
