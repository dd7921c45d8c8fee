using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>A guest that has a directory of the host as its file system, one request at a time.</summary>
internal sealed unsafe class FuseGuest : IDisposable
{
    private const ulong Ring = SharedGuest.Address;
    private const ulong Buffers = SharedGuest.Address + 0x10_0000;
    private const int Page = 4096;

    private readonly SharedGuest _guest = new(8 << 20);
    private readonly QueueEvents _events = new();
    private readonly FileSystemDevice _device;
    private readonly FrontEnd _frontEnd;
    private readonly RingDriver _driver;
    private ulong _unique;

    internal FuseGuest(string root, bool readOnly = false)
    {
        _device = new FileSystemDevice(root, "test", 1, readOnly);
        _frontEnd = new FrontEnd(_device);
        _frontEnd.Start(_guest);
        _driver = new RingDriver(_guest.Memory, Ring, 512, FrontEnd.RingFeatures);
        _frontEnd.StartQueue(1, _driver, _events);
        FuseInitialized initialized = Ask<FuseInitialize, FuseInitialized>(FuseOperation.Initialize, 0, new FuseInitialize { Major = 7, Minor = 38, Features = (FuseFeatures)uint.MaxValue });
        Assert.Equal(7u, initialized.Major);
        Assert.Equal(256, initialized.MaxPages);
    }

    internal const ulong Root = FileTree.RootNode;

    /// <summary>Sends a request whose two parts lie in pages in descending order, and gives its answer.</summary>
    /// <returns>The error number, or 0.</returns>
    internal Errno Send(FuseOperation operation, ulong node, ReadOnlySpan<byte> payload, int room, out byte[] answer)
    {
        bool noAnswer = operation is FuseOperation.Forget or FuseOperation.ForgetMany;
        byte[] request = new byte[FuseRequestHeader.Bytes + payload.Length];
        MemoryMarshal.Write(request, new FuseRequestHeader { Length = (uint)request.Length, Operation = operation, Unique = ++_unique, Node = node, User = 1000, Group = 1001 });
        payload.CopyTo(request.AsSpan(FuseRequestHeader.Bytes));
        room = noAnswer ? 0 : room + FuseResponseHeader.Bytes;

        var buffers = new List<Buffer>();
        ulong place = Buffers + 0x60_0000;
        for (int done = 0; done < request.Length;)
        {
            // The first piece cuts the header in two.
            int piece = Math.Min(done == 0 ? 17 : Page, request.Length - done);
            place -= Page;
            request.AsSpan(done, piece).CopyTo(_guest.At(place, piece));
            buffers.Add(new(place, (uint)piece, false));
            done += piece;
        }

        int reads = buffers.Count;
        for (int done = 0; done < room;)
        {
            int piece = Math.Min(done == 0 ? 9 : Page, room - done);
            place -= Page;
            buffers.Add(new(place, (uint)piece, true));
            done += piece;
        }

        Assert.InRange(buffers.Count, 1, 64 + 448);
        ulong table = Buffers - 0x1_0000;
        _driver.Publish(buffers.Count <= 8 ? _driver.Add(buffers.ToArray()) : _driver.AddIndirect(_guest.At(table, buffers.Count * 16), table, buffers.ToArray()));
        if (_driver.ShouldKick())
            Libc.Signal(_events.Kick);
        VirtqUsedElement element;
        while (!_driver.TryReclaim(out element))
        {
            if (!_driver.EnableInterrupts())
                Assert.True(QueueEvents.Wait(_events.Call), $"no answer to {operation}: {string.Join(';', _frontEnd.Log)} {_frontEnd.Failure}");
        }

        answer = [];
        if (noAnswer)
            return 0;

        byte[] all = [.. buffers.Skip(reads).SelectMany(buffer => _guest.At(buffer.Address, (int)buffer.Length).ToArray()).Take((int)element.Length)];
        FuseResponseHeader header = MemoryMarshal.Read<FuseResponseHeader>(all);
        Assert.Equal(_unique, header.Unique);
        Assert.Equal(element.Length, header.Length);
        Assert.InRange(header.Error, -4095, 0);
        answer = all[FuseResponseHeader.Bytes..];
        return (Errno)(-header.Error);
    }

    internal Errno Try<T>(FuseOperation operation, ulong node, T request, params ReadOnlySpan<string> names)
        where T : unmanaged
        => Send(operation, node, Payload(request, names), 4096, out _);

    internal Errno Try(FuseOperation operation, ulong node, params ReadOnlySpan<string> names) => Send(operation, node, Texts(names), 4096, out _);

    internal TResult Ask<T, TResult>(FuseOperation operation, ulong node, T request, params ReadOnlySpan<string> names)
        where T : unmanaged
        where TResult : unmanaged
    {
        Assert.Equal((Errno)0, Send(operation, node, Payload(request, names), 4096, out byte[] answer));
        Assert.Equal(sizeof(TResult), answer.Length);
        return MemoryMarshal.Read<TResult>(answer);
    }

    internal byte[] AskBytes<T>(FuseOperation operation, ulong node, T request, int room, params ReadOnlySpan<string> names)
        where T : unmanaged
    {
        Assert.Equal((Errno)0, Send(operation, node, Payload(request, names), room, out byte[] answer));
        return answer;
    }

    internal FuseEntry Lookup(ulong directory, string name)
    {
        Assert.Equal((Errno)0, Send(FuseOperation.Lookup, directory, Texts([name]), 4096, out byte[] answer));
        return MemoryMarshal.Read<FuseEntry>(answer);
    }

    internal void Forget(ulong node, ulong lookups = 1) => Send(FuseOperation.Forget, node, Payload(new FuseForget { Lookups = lookups }, []), 0, out _);

    internal ulong Open(ulong node, int flags) => Ask<FuseOpen, FuseOpened>(FuseOperation.Open, node, new FuseOpen { Flags = (uint)flags }).Handle;

    internal byte[] Read(ulong handle, long offset, int count) =>
        AskBytes(FuseOperation.Read, 0, new FuseTransfer { Handle = handle, Offset = (ulong)offset, Size = (uint)count }, count);

    internal int Write(ulong handle, long offset, ReadOnlySpan<byte> data)
    {
        byte[] payload = [.. Payload(new FuseTransfer { Handle = handle, Offset = (ulong)offset, Size = (uint)data.Length }, []), .. data];
        Assert.Equal((Errno)0, Send(FuseOperation.Write, 0, payload, 8, out byte[] answer));
        return MemoryMarshal.Read<int>(answer);
    }

    internal static byte[] Payload<T>(T request, ReadOnlySpan<string> names)
        where T : unmanaged
        => [.. typeof(T) == typeof(Nothing) ? [] : MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in request)), .. Texts(names)];

    internal static byte[] Texts(ReadOnlySpan<string> names)
    {
        var bytes = new List<byte>();
        foreach (string name in names)
            bytes.AddRange([.. Encoding.UTF8.GetBytes(name), 0]);
        return [.. bytes];
    }

    /// <summary>No structure before the names.</summary>
    internal readonly struct Nothing;

    public void Dispose()
    {
        _frontEnd.Dispose();
        Assert.Empty(_frontEnd.Log);
        Assert.Null(_frontEnd.Failure);
        _events.Dispose();
        _device.Dispose();
        _guest.Dispose();
    }
}
