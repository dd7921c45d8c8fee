using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Devices;
using AzaleaOS.Sideloader.Memory;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.VhostUser;

/// <summary>What the front end has said about one queue, and its worker while it runs.</summary>
/// <remarks>
/// A queue is started by its kick descriptor and stopped by the question for its base. It is served while it is
/// started and enabled. Source: QEMU, docs/interop/vhost-user.rst, ring states.
/// </remarks>
internal sealed class VhostUserQueue(int index, IVirtioDevice device, VhostUserOptions options) : IDisposable
{
    private const int None = -1;

    private readonly QueueSignals _signals = new(new Doorbell(), new Doorbell());
    private VringAddresses? _addresses;
    private Virtqueue? _queue;
    private QueueWorker? _worker;
    private int _kick = None;
    private uint _size;
    private ushort _base;

    /// <summary>Whether the front end wants it served.</summary>
    internal bool Enabled { private get; set; }

    /// <summary>Where the driver is told that chains were given back.</summary>
    internal Doorbell Call => _signals.Call;

    /// <summary>Where the front end is told that the queue is broken.</summary>
    internal Doorbell Error => _signals.Error;

    /// <summary>Takes the number of entries.</summary>
    internal void SetSize(uint size)
    {
        Stop();
        _size = SplitRing.IsSize(size) ? size : throw new VhostUserException($"a queue of {size} entries");
    }

    /// <summary>Takes the available entry to begin with.</summary>
    internal void SetBase(ushort next)
    {
        Stop();
        _base = next;
    }

    /// <summary>Takes the places of the rings.</summary>
    internal void SetAddresses(VringAddresses addresses)
    {
        Stop();
        _addresses = addresses;
    }

    /// <summary>Takes over the eventfd by which the driver notifies, and so starts the queue.</summary>
    internal void SetKick(int descriptor)
    {
        Stop();
        CloseKick();
        _kick = descriptor;
    }

    /// <summary>Ends the queue's service.</summary>
    /// <returns>The next available entry: where a later start goes on.</returns>
    internal ushort StopAtBase()
    {
        Stop();
        CloseKick();
        return _base;
    }

    /// <summary>Serves the queue if everything is known for that and it is not served yet; stops it if it is not enabled.</summary>
    /// <param name="memory">The guest's memory now.</param>
    /// <param name="features">What the driver accepted.</param>
    /// <param name="starts">Whether rings that are not in the memory are an error.</param>
    /// <exception cref="ArgumentException">Its rings are not in the guest's memory.</exception>
    internal void Update(GuestMemory memory, VirtioFeatures features, bool starts)
    {
        if (!Enabled)
            Stop();
        if (!Enabled || _worker is not null || _kick == None || _addresses is not { } addresses || _size == 0)
            return;

        RingLayout layout;
        try
        {
            layout = RingLayout.FromFrontEnd(memory, _size, addresses.Descriptors, addresses.Available, addresses.Used);
        }
        catch (ArgumentException) when (!starts)
        {
            return;
        }

        _queue = new Virtqueue(memory, layout, features, _base, options.Strict);
        _worker = new QueueWorker($"queue {index}", _queue, memory, device.CreateHandler(index), _kick, _signals, options.Spin, options.Log);
    }

    /// <summary>Stops the worker after the request in progress. <see cref="Update"/> goes on from there.</summary>
    internal void Stop()
    {
        if (_worker is null)
            return;

        _worker.Dispose();
        _worker = null;
        _base = _queue!.NextAvailable;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        StopAtBase();
        _signals.Call.Dispose();
        _signals.Error.Dispose();
    }

    private void CloseKick()
    {
        if (_kick != None)
            LinuxException.ThrowIfFailed(Libc.Close(_kick), "close an eventfd");
        _kick = None;
    }
}
