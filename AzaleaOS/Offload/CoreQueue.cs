using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Offload;

/// <summary>The queue of one core, with its requests. Lies in a page of its own.</summary>
/// <remarks>
/// Used by the core alone, and there never by an interrupt handler, except <see cref="_returned"/>: a thread that has moved gives its
/// slot back there, by compare-and-exchange. Others look at the slots only to find out which memory is in use.
/// All slots are made when the channel starts: nothing is allocated for a request.
/// </remarks>
internal unsafe struct CoreQueue
{
    /// <summary>Requests that can be in flight.</summary>
    internal const int Size = 256;

    private const int NumberShift = 48;

    /// <summary>The ring.</summary>
    internal SplitQueue Ring;

    /// <summary>Where the device is rung.</summary>
    internal ushort* Doorbell;

    /// <summary>Its number at the device: 0 for control, else the core's index and 1.</summary>
    internal int Number;

    /// <summary>The core that the device interrupts for it, an index.</summary>
    internal int InterruptedCore;

    /// <summary>Requests that the peer has.</summary>
    internal int InFlight;

    /// <summary>Requests so far, above them the number: the sequence number of the last one.</summary>
    internal ulong Count;

    /// <summary>How long to look for an answer before the thread waits, counter ticks.</summary>
    internal ulong SpinTicks;

    /// <summary>A PING by which it is found out whether the peer lives, or null.</summary>
    internal RequestSlot* Ping;

    /// <summary>When that was sent: monotonic nanoseconds.</summary>
    internal long PingTime;

    /// <summary>Requests that the peer has and whose makers do not wait in a call.</summary>
    internal int Told;

    /// <summary>Whether <see cref="Heart"/> runs.</summary>
    internal bool IsBeating;

    /// <summary>Looks for those whether the peer lives.</summary>
    internal KernelTimer Heart;

    private RequestSlot* _free;
    private nint _returned;
    private fixed ulong _slots[Size];

    /// <summary>Makes a queue.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="descriptors">Physical address of the descriptor table.</param>
    /// <param name="available">Of the available ring.</param>
    /// <param name="used">Of the used ring.</param>
    /// <returns>Null when memory is exhausted.</returns>
    internal static CoreQueue* Create(int number, out ulong descriptors, out ulong available, out ulong used)
    {
        const int UsedOffset = 1024;
        descriptors = available = used = 0;
        CoreQueue* queue = (CoreQueue*)KernelPages.Take();
        byte* table = (byte*)KernelPages.Take();
        byte* rings = (byte*)KernelPages.Take();
        if (queue == null || table == null || rings == null)
        {
            return null;
        }

        queue->Number = number;
        queue->Count = (ulong)number << NumberShift;
        queue->Ring.Initialize(Size, table, rings, rings + UsedOffset);
        descriptors = PhysicalOf(table);
        available = PhysicalOf(rings);
        used = available + UsedOffset;
        for (int i = 0; i < Size; i += KernelPages.Size / RequestSlot.Bytes)
        {
            byte* page = (byte*)KernelPages.Take();
            if (page == null)
            {
                return null;
            }

            for (int k = 0; k < KernelPages.Size / RequestSlot.Bytes; k++)
            {
                RequestSlot* slot = (RequestSlot*)(page + (k * RequestSlot.Bytes));
                slot->Index = i + k;
                slot->Queue = queue;
                PartList.Initialize(&slot->FirstPart, RequestSlot.MaxParts);
                PartList.Write(&slot->FirstPart, PhysicalOf(&slot->Request), RequestHeader.Bytes, VirtqDescriptorFlags.None);
                queue->Ring.SetTable(i + k, PhysicalOf(&slot->FirstPart), RequestSlot.MaxParts * VirtqDescriptor.Bytes);
                slot->Next = queue->_free;
                queue->_free = slot;
                queue->_slots[i + k] = (ulong)slot;
            }
        }

        return queue;
    }

    /// <summary>Where memory of the direct map lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong PhysicalOf(void* mapped) => (ulong)mapped - MemoryMap.DirectMapBase;

    /// <summary>A slot by its descriptor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly RequestSlot* Slot(int index) => (RequestSlot*)_slots[index];

    /// <summary>Takes a free slot; null if all are in use. By the queue's core.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal RequestSlot* Take()
    {
        RequestSlot* slot = _free;
        if (slot == null)
        {
            return TakeReturned();
        }

        _free = slot->Next;
        return slot;
    }

    /// <summary>Gives a slot back.</summary>
    /// <param name="slot">A slot of this queue that nobody uses.</param>
    /// <param name="isHere">Whether this is the queue's core.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Give(RequestSlot* slot, bool isHere)
    {
        slot->BufferEnd = slot->BufferStart = 0;
        Volatile.Write(ref slot->State, RequestSlot.Free);
        if (isHere)
        {
            slot->Next = _free;
            _free = slot;
            return;
        }

        GiveBack(slot);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RequestSlot* TakeReturned()
    {
        RequestSlot* slot = (RequestSlot*)Interlocked.Exchange(ref _returned, 0);
        if (slot != null)
        {
            _free = slot->Next;
        }

        return slot;
    }

    // From another core.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GiveBack(RequestSlot* slot)
    {
        nint head;
        do
        {
            head = Volatile.Read(ref _returned);
            slot->Next = (RequestSlot*)head;
        }
        while (Interlocked.CompareExchange(ref _returned, (nint)slot, head) != head);
    }
}
