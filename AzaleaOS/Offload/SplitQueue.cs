using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Cpu;

namespace AzaleaOS.Offload;

/// <summary>The driver's side of a split virtqueue in which a request takes one descriptor: that of an indirect table.</summary>
/// <remarks>
/// Used by one core at a time. With EVENT_IDX: the device is rung only where it asked for it, and asked to interrupt only by
/// <see cref="EnableInterrupts"/>. What the device writes is read once; the caller checks it. Fences between the two sides are
/// full ones, without a locked instruction: an emulator with one core need not make that one. Source: VIRTIO 1.2, 2.7.
/// </remarks>
internal unsafe struct SplitQueue
{
    private VirtqDescriptor* _table;
    private byte* _available;
    private byte* _used;
    private int _size;
    private ushort _nextAvailable;
    private ushort _nextUsed;
    private ushort _lastRung;

    /// <summary>Entries, a power of two.</summary>
    internal readonly int Size => _size;

    /// <summary>Starts with an empty queue.</summary>
    /// <param name="size">Entries.</param>
    /// <param name="table">The descriptor table, zeros.</param>
    /// <param name="available">The available ring, zeros.</param>
    /// <param name="used">The used ring, zeros.</param>
    internal void Initialize(int size, void* table, void* available, void* used)
    {
        this = default;
        _size = size;
        _table = (VirtqDescriptor*)table;
        _available = (byte*)available;
        _used = (byte*)used;
    }

    /// <summary>Makes a request available.</summary>
    /// <param name="head">Its descriptor: one that is not in flight.</param>
    /// <param name="tableAddress">Physical address of the request's own table.</param>
    /// <param name="count">Entries of that.</param>
    /// <returns>Whether the device wants to be rung.</returns>
    internal bool Publish(int head, ulong tableAddress, int count)
    {
        VirtqDescriptor* descriptor = _table + head;
        descriptor->Address = tableAddress;
        descriptor->Length = (uint)(count * VirtqDescriptor.Bytes);
        descriptor->Flags = VirtqDescriptorFlags.Indirect;
        descriptor->Next = 0;
        ((ushort*)(_available + SplitRing.EntriesOffset))[_nextAvailable & (_size - 1)] = (ushort)head;
        _nextAvailable++;
        Volatile.Write(ref *(ushort*)(_available + SplitRing.IndexOffset), _nextAvailable);
        Fence();
        ushort wanted = Volatile.Read(ref *(ushort*)(_used + SplitRing.AvailableEventOffset(_size)));
        bool rings = SplitRing.NeedsEvent(wanted, _nextAvailable, _lastRung);
        _lastRung = _nextAvailable;
        return rings;
    }

    /// <summary>Takes a request that the device gave back.</summary>
    /// <param name="element">As the device wrote it: not to be trusted.</param>
    internal bool TryTake(out VirtqUsedElement element)
    {
        if (Volatile.Read(ref *(ushort*)(_used + SplitRing.IndexOffset)) == _nextUsed)
        {
            element = default;
            return false;
        }

        element = ((VirtqUsedElement*)(_used + SplitRing.EntriesOffset))[_nextUsed & (_size - 1)];
        _nextUsed++;
        return true;
    }

    /// <summary>Asks for an interrupt with the next request that comes back.</summary>
    /// <returns>Whether one has come back already: then it is taken without an interrupt.</returns>
    internal readonly bool EnableInterrupts()
    {
        Volatile.Write(ref *(ushort*)(_available + SplitRing.UsedEventOffset(_size)), _nextUsed);
        Fence();
        return Volatile.Read(ref *(ushort*)(_used + SplitRing.IndexOffset)) != _nextUsed;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fence()
    {
        // Tests run on the host, which has a compiler at run time and makes threads see each other by its own fence.
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            Interlocked.MemoryBarrier();
        }
        else
        {
            Instructions.MemoryFence();
        }
    }
}
