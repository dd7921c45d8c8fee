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
    private ushort* _availableEntries;
    private VirtqUsedElement* _usedElements;
    private ushort* _availableEvent;
    private ushort* _usedEvent;
    private uint _mask;
    private ushort _nextAvailable;
    private ushort _nextUsed;
    private ushort _lastRung;

    /// <summary>Entries, a power of two.</summary>
    internal readonly int Size => (int)_mask + 1;

    /// <summary>Starts with an empty queue.</summary>
    /// <param name="size">Entries.</param>
    /// <param name="table">The descriptor table, zeros.</param>
    /// <param name="available">The available ring, zeros.</param>
    /// <param name="used">The used ring, zeros.</param>
    internal void Initialize(int size, void* table, void* available, void* used)
    {
        this = default;
        _mask = (uint)size - 1;
        _table = (VirtqDescriptor*)table;
        _availableEntries = (ushort*)((byte*)available + SplitRing.EntriesOffset);
        _usedElements = (VirtqUsedElement*)((byte*)used + SplitRing.EntriesOffset);
        _availableEvent = (ushort*)((byte*)used + SplitRing.AvailableEventOffset(size));
        _usedEvent = (ushort*)((byte*)available + SplitRing.UsedEventOffset(size));
    }

    // The index lies right before the entries, in both rings.
    private readonly ushort* UsedIndex => (ushort*)_usedElements - 1;

    /// <summary>Gives a descriptor its indirect table, for all requests that it will ever stand for.</summary>
    /// <param name="head">The descriptor.</param>
    /// <param name="address">Physical address of the table.</param>
    /// <param name="bytes">Bytes of the table: a request uses as many of its entries, from the first on, as it needs.</param>
    internal readonly void SetTable(int head, ulong address, uint bytes)
        => _table[head] = new VirtqDescriptor { Address = address, Length = bytes, Flags = VirtqDescriptorFlags.Indirect };

    /// <summary>Makes a request available.</summary>
    /// <param name="head">Its descriptor: one that is not in flight.</param>
    /// <returns>Whether the device wants to be rung.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Publish(int head)
    {
        ushort next = _nextAvailable;
        ushort* entries = _availableEntries;
        entries[next & _mask] = (ushort)head;
        next++;
        _nextAvailable = next;
        Volatile.Write(ref *(entries - 1), next);
        Fence();
        ushort last = _lastRung;
        _lastRung = next;
        return SplitRing.NeedsEvent(Volatile.Read(ref *_availableEvent), next, last);
    }

    /// <summary>Whether the device has given a request back that was not taken yet.</summary>
    internal readonly bool HasUsed
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref *UsedIndex) != _nextUsed;
    }

    /// <summary>Takes a request that the device gave back.</summary>
    /// <param name="element">As the device wrote it: not to be trusted.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryTake(out VirtqUsedElement element)
    {
        VirtqUsedElement* elements = _usedElements;
        ushort next = _nextUsed;
        if (Volatile.Read(ref *((ushort*)elements - 1)) == next)
        {
            element = default;
            return false;
        }

        element = elements[next & _mask];
        _nextUsed = (ushort)(next + 1);
        return true;
    }

    /// <summary>Asks for an interrupt with the next request that comes back.</summary>
    /// <returns>Whether one has come back already: then it is taken without an interrupt.</returns>
    internal readonly bool EnableInterrupts()
    {
        Volatile.Write(ref *_usedEvent, _nextUsed);
        Fence();
        return HasUsed;
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
