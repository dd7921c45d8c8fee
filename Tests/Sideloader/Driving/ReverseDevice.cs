using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Devices;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>A device that answers each request with its bytes in reverse, and its queue's number behind them.</summary>
internal sealed class ReverseDevice(int queues) : IVirtioDevice
{
    public VirtioFeatures Features => VirtioFeatures.None;

    public int QueueCount => queues;

    public ReadOnlySpan<byte> Configuration => "configuration"u8;

    /// <summary>Bytes that the queue's thread has allocated after its first request.</summary>
    internal long Allocated { get; private set; }

    internal int Handlers { get; private set; }

    public IRequestHandler CreateHandler(int queue)
    {
        Handlers++;
        return new Handler(this, queue);
    }

    private sealed class Handler(ReverseDevice device, int queue) : IRequestHandler
    {
        private readonly byte[] _bytes = new byte[4096];
        private long _before = -1;

        public int WaitDescriptor => -1;

        public long Handle(DescriptorChain request)
        {
            if (_before < 0)
                _before = GC.GetAllocatedBytesForCurrentThread();
            int count = request.Read(0, _bytes.AsSpan(0, _bytes.Length - 1));
            _bytes.AsSpan(0, count).Reverse();
            _bytes[count] = (byte)queue;
            device.Allocated = GC.GetAllocatedBytesForCurrentThread() - _before;
            return request.Write(0, _bytes.AsSpan(0, count + 1));
        }

        public bool TryFinish(out DescriptorChain? request, out uint written)
        {
            (request, written) = (null, 0);
            return false;
        }

        public bool TryInterrupt(out DescriptorChain? request, out uint written) => TryFinish(out request, out written);

        public void Dispose() => device.Handlers--;
    }
}
