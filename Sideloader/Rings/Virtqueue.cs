using System.Runtime.CompilerServices;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Memory;

namespace AzaleaOS.Sideloader.Rings;

/// <summary>The device's side of a split virtqueue. One thread uses it.</summary>
/// <remarks>
/// The driver is not trusted: it may write anything anywhere in its memory at any time. Every field of the rings is read
/// once into a local, checked there, and used from there. A rule that is broken stops the queue and nothing else; the
/// driver gets on by a reset. Source: VIRTIO 1.2, 2.7.
/// </remarks>
public sealed unsafe partial class Virtqueue
{
    private readonly GuestMemory _memory;
    private readonly VirtioFeatures _features;
    private readonly RingValidator? _validator;
    private readonly byte* _descriptors;
    private readonly byte* _available;
    private readonly byte* _used;
    private readonly int _size;
    private readonly int _mask;

    private ushort _nextAvailable;
    private ushort _seenAvailable;
    private ushort _nextUsed;
    private ushort _notifiedUsed;
    private bool _notifiedOnce;

    /// <summary>A queue that goes on where it was stopped.</summary>
    /// <param name="memory">The guest's memory, held by the caller as long as the queue is used.</param>
    /// <param name="layout">Where the rings are in it.</param>
    /// <param name="features">What driver and device agreed on.</param>
    /// <param name="nextAvailable">Index of the first available entry to take: 0 for a new queue.</param>
    /// <param name="strict">Whether also rules are checked that this device does not depend on.</param>
    public Virtqueue(GuestMemory memory, RingLayout layout, VirtioFeatures features, ushort nextAvailable = 0, bool strict = false)
    {
        _memory = memory;
        _features = features;
        _descriptors = (byte*)layout.Descriptors;
        _available = (byte*)layout.Available;
        _used = (byte*)layout.Used;
        _size = layout.Size;
        _mask = layout.Size - 1;
        _validator = strict ? new RingValidator(layout.Size, features) : null;
        _nextAvailable = nextAvailable;
        _seenAvailable = nextAvailable;
        _nextUsed = Volatile.Read(ref Index(_used));
    }

    /// <summary>Index of the next available entry: where a stopped queue goes on.</summary>
    public ushort NextAvailable => _nextAvailable;

    /// <summary>Chains that were taken and not given back.</summary>
    public int InFlight { get; private set; }

    /// <summary>The rule that the driver broke, or none.</summary>
    public RingRule BrokenRule { get; private set; }

    /// <summary>What the driver did, in a sentence for its author; null as long as no rule is broken.</summary>
    public string? Complaint { get; private set; }

    /// <summary>Whether there is a chain to take, or a broken rule to find.</summary>
    public bool HasAvailable => Volatile.Read(ref Index(_available)) != _nextAvailable;

    private bool HasEventIndex => (_features & VirtioFeatures.EventIndex) != 0;

    /// <summary>Takes the next chain, if the driver made one available.</summary>
    public TakeResult TryTake(DescriptorChain chain)
    {
        if (BrokenRule != RingRule.None)
            return TakeResult.Broken;

        if (_seenAvailable == _nextAvailable)
        {
            // Acquire: the entries and descriptors that this index publishes are read after it.
            _seenAvailable = Volatile.Read(ref Index(_available));
            if (_seenAvailable == _nextAvailable)
                return TakeResult.Empty;

            int ahead = (ushort)(_seenAvailable - _nextAvailable);
            if (ahead > _size - InFlight)
                return BreakForIndex(ahead);
            if (_validator is not null)
            {
                var flags = (VirtqRingFlags)Volatile.Read(ref *(ushort*)(_available + SplitRing.FlagsOffset));
                if (_validator.CheckAvailableFlags(flags) is var rule and not RingRule.None)
                    return BreakForFlags(rule, flags);
            }
        }

        ushort head = Volatile.Read(ref *(ushort*)(_available + SplitRing.EntriesOffset + (_nextAvailable & _mask) * sizeof(ushort)));
        if (head >= _size)
            return BreakForHead(head);
        if (_validator is not null && _validator.CheckHead(head) is not RingRule.None)
            return BreakForHeadInFlight(head);

        // The validator wants to see each chain.
        if (_validator is not null || !chain.TryRepeat(this, head))
        {
            chain.Begin(head);
            if (!Collect(chain))
                return TakeResult.Broken;
            chain.End(this);
        }

        _nextAvailable++;
        InFlight++;
        return TakeResult.Taken;
    }

    /// <summary>Gives a chain back. The driver is told by <see cref="ShouldNotify"/>.</summary>
    /// <param name="head">Which.</param>
    /// <param name="written">Bytes written from the start of its writable part.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Give(ushort head, uint written)
    {
        var element = (VirtqUsedElement*)(_used + SplitRing.EntriesOffset + (_nextUsed & _mask) * VirtqUsedElement.Bytes);
        element->Head = head;
        element->Length = written;
        _nextUsed++;
        InFlight--;
        _validator?.Forget(head);
        // Release: data and entry are there before the index that publishes them.
        Volatile.Write(ref Index(_used), _nextUsed);
    }

    /// <summary>Whether the driver wants to hear of what was given back since the last time this was asked.</summary>
    public bool ShouldNotify()
    {
        // The driver writes what it wants, then looks at the used index; we wrote the index and now look at what it
        // wants. Without a full barrier both could see the old value.
        Interlocked.MemoryBarrier();
        if (!HasEventIndex)
            return ((VirtqRingFlags)Volatile.Read(ref *(ushort*)(_available + SplitRing.FlagsOffset)) & VirtqRingFlags.NoNotification) == 0;

        ushort wanted = Volatile.Read(ref *(ushort*)(_available + SplitRing.UsedEventOffset(_size)));
        bool due = !_notifiedOnce || SplitRing.NeedsEvent(wanted, _nextUsed, _notifiedUsed);
        _notifiedOnce = true;
        _notifiedUsed = _nextUsed;
        return due;
    }

    /// <summary>Asks the driver to notify of the next chain.</summary>
    /// <returns>Whether there is one already: then no notification may come for it.</returns>
    public bool EnableNotifications()
    {
        if (HasEventIndex)
            Volatile.Write(ref *(ushort*)(_used + SplitRing.AvailableEventOffset(_size)), _nextAvailable);
        else
            Volatile.Write(ref *(ushort*)(_used + SplitRing.FlagsOffset), (ushort)VirtqRingFlags.None);

        // As in ShouldNotify, with the sides exchanged.
        Interlocked.MemoryBarrier();
        return HasAvailable;
    }

    /// <summary>Tells the driver that it need not notify: the queue is looked at anyway.</summary>
    public void DisableNotifications()
    {
        // With EVENT_IDX an old avail_event does that, until the index has gone around once.
        if (!HasEventIndex)
            Volatile.Write(ref *(ushort*)(_used + SplitRing.FlagsOffset), (ushort)VirtqRingFlags.NoNotification);
    }

    private static ref ushort Index(byte* ring) => ref *(ushort*)(ring + SplitRing.IndexOffset);

    private bool Collect(DescriptorChain chain)
    {
        byte* table = _descriptors;
        int count = _size;
        int index = chain.Head;
        bool direct = true;
        // Strict mode takes the standard's word; else only our own limit counts.
        int limit = _validator is null ? DescriptorChain.MaxSegments : Math.Min(_size, DescriptorChain.MaxSegments);
        ulong total = 0;

        for (int steps = 0; ;)
        {
            // One load for each half: what is checked is what is used. Its fields stay in registers.
            byte* entry = table + index * VirtqDescriptor.Bytes;
            ulong address = Volatile.Read(ref *(ulong*)entry);
            ulong rest = Volatile.Read(ref *(ulong*)(entry + sizeof(ulong)));
            chain.Remember((ulong*)entry, address, rest);
            uint length = (uint)rest;
            var flags = (VirtqDescriptorFlags)(ushort)(rest >> 32);
            int next = (int)(rest >> 48);
            if (_validator is not null && _validator.CheckDescriptor(chain.Head, index, direct, flags) is var rule and not RingRule.None)
                return RefuseDescriptor(rule, chain.Head, index, flags);

            if ((flags & VirtqDescriptorFlags.Indirect) != 0)
            {
                if (!EnterTable(chain.Head, index, direct, address, length, flags, ref table, ref count))
                    return false;

                direct = false;
                index = 0;
                continue;
            }

            // A loop has no end: it is the chain that is too long.
            if (++steps > limit)
                return RefuseLength(chain.Head, limit);
            total += length;
            if (total > 1UL << 32)
                return RefuseBytes(chain.Head);
            if (!AddBuffer(chain, index, address, length, (flags & VirtqDescriptorFlags.Write) != 0))
                return false;
            if ((flags & VirtqDescriptorFlags.Next) == 0)
                return true;
            if (next >= count)
                return RefuseNext(chain.Head, index, next, count);

            index = next;
        }
    }

    private bool EnterTable(ushort head, int index, bool direct, ulong address, uint length, VirtqDescriptorFlags flags, ref byte* table, ref int count)
    {
        byte* start = null;
        if ((_features & VirtioFeatures.IndirectDescriptors) == 0 || !direct || (flags & VirtqDescriptorFlags.Next) != 0
            || length == 0 || length % VirtqDescriptor.Bytes != 0 || (start = _memory.Translate(address, length)) == null)
            return RefuseTable(head, index, direct, address, length, flags);

        table = start;
        count = (int)(length / VirtqDescriptor.Bytes);
        return true;
    }

    private bool AddBuffer(DescriptorChain chain, int index, ulong start, uint length, bool writable)
    {
        if (!writable && chain.WritableCount > 0)
            return RefuseOrder(chain.Head, index);

        ulong address = start;
        for (ulong left = length; left > 0;)
        {
            byte* host = _memory.TranslatePiece(address, left, out ulong piece);
            if (host == null)
                return RefuseAddress(chain.Head, index, start, length);
            if (!chain.TryAdd(host, piece, writable))
                return RefuseBuffers(chain.Head);

            // Past the end of the address space is 0 again, which may be memory: not a continuation.
            left -= piece;
            address += piece;
            if (left > 0 && address == 0)
                return RefuseEnd(chain.Head, index);
        }

        return true;
    }
}
