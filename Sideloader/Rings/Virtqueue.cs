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
public sealed unsafe class Virtqueue
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
                return Break(RingRule.AvailableIndex, $"the available index is {_seenAvailable}, {ahead} ahead, with {InFlight} of {_size} chains in flight");
            if (_validator is not null)
            {
                var flags = (VirtqRingFlags)Volatile.Read(ref *(ushort*)(_available + SplitRing.FlagsOffset));
                if (_validator.CheckAvailableFlags(flags) is var rule and not RingRule.None)
                    return Break(rule, $"the available ring's flags are 0x{(ushort)flags:x}");
            }
        }

        ushort head = Volatile.Read(ref *(ushort*)(_available + SplitRing.EntriesOffset + (_nextAvailable & _mask) * sizeof(ushort)));
        if (head >= _size)
            return Break(RingRule.Head, $"the available entry {_nextAvailable} names descriptor {head} of {_size}");
        if (_validator is not null && _validator.CheckHead(head) is not RingRule.None)
            return Break(RingRule.InFlight, $"the available entry {_nextAvailable} names descriptor {head}, which is in flight");

        chain.Begin(head);
        if (!Collect(chain))
            return TakeResult.Broken;

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
            VirtqDescriptor descriptor = ReadOnce(table + index * VirtqDescriptor.Bytes);
            if (_validator is not null && _validator.CheckDescriptor(chain.Head, index, direct, descriptor.Flags) is var rule and not RingRule.None)
            {
                return Refuse(rule, rule == RingRule.UnknownFlags
                    ? $"descriptor {index} of chain {chain.Head} has the flags 0x{(ushort)descriptor.Flags:x}"
                    : $"descriptor {index} of chain {chain.Head} is part of another chain in flight");
            }

            if ((descriptor.Flags & VirtqDescriptorFlags.Indirect) != 0)
            {
                if (!EnterTable(chain.Head, index, direct, in descriptor, ref table, ref count))
                    return false;

                direct = false;
                index = 0;
                continue;
            }

            // A loop has no end: it is the chain that is too long.
            if (++steps > limit)
                return Refuse(RingRule.ChainLength, $"chain {chain.Head} has a loop or more than {limit} descriptors");
            total += descriptor.Length;
            if (total > 1UL << 32)
                return Refuse(RingRule.ChainBytes, $"chain {chain.Head} has more than 2^32 bytes");
            if (!AddBuffer(chain, index, in descriptor))
                return false;
            if ((descriptor.Flags & VirtqDescriptorFlags.Next) == 0)
                return true;
            if (descriptor.Next >= count)
                return Refuse(RingRule.Next, $"descriptor {index} of chain {chain.Head} goes on at {descriptor.Next} of {count}");

            index = descriptor.Next;
        }
    }

    private bool EnterTable(ushort head, int index, bool direct, in VirtqDescriptor descriptor, ref byte* table, ref int count)
    {
        if ((_features & VirtioFeatures.IndirectDescriptors) == 0)
            return Refuse(RingRule.IndirectNotNegotiated, $"descriptor {index} of chain {head} is indirect, which was not negotiated");
        if (!direct)
            return Refuse(RingRule.IndirectInIndirect, $"descriptor {index} of the indirect table of chain {head} is indirect itself");
        if ((descriptor.Flags & VirtqDescriptorFlags.Next) != 0)
            return Refuse(RingRule.IndirectWithNext, $"descriptor {index} of chain {head} is indirect and has a next one");
        if (descriptor.Length == 0 || descriptor.Length % VirtqDescriptor.Bytes != 0)
            return Refuse(RingRule.IndirectTable, $"the indirect table of chain {head} has {descriptor.Length} bytes");

        byte* start = _memory.Translate(descriptor.Address, descriptor.Length);
        if (start == null)
            return Refuse(RingRule.IndirectTable, $"the indirect table of chain {head}, {descriptor.Length} bytes at 0x{descriptor.Address:x}, is not in the guest's memory");

        table = start;
        count = (int)(descriptor.Length / VirtqDescriptor.Bytes);
        return true;
    }

    private bool AddBuffer(DescriptorChain chain, int index, in VirtqDescriptor descriptor)
    {
        bool writable = (descriptor.Flags & VirtqDescriptorFlags.Write) != 0;
        if (!writable && chain.WritableCount > 0)
            return Refuse(RingRule.Order, $"descriptor {index} of chain {chain.Head} is to be read, behind one to be written");

        ulong address = descriptor.Address;
        for (ulong left = descriptor.Length; left > 0;)
        {
            byte* start = _memory.TranslatePiece(address, left, out ulong piece);
            if (start == null)
                return Refuse(RingRule.Memory, $"descriptor {index} of chain {chain.Head}, {descriptor.Length} bytes at 0x{descriptor.Address:x}, is not in the guest's memory");
            if (!chain.TryAdd(start, piece, writable))
                return Refuse(RingRule.ChainLength, $"chain {chain.Head} has more than {DescriptorChain.MaxSegments} buffers");

            // Past the end of the address space is 0 again, which may be memory: not a continuation.
            left -= piece;
            address += piece;
            if (left > 0 && address == 0)
                return Refuse(RingRule.Memory, $"descriptor {index} of chain {chain.Head} passes the end of the address space");
        }

        return true;
    }

    /// <summary>One load for each half: what is checked is what is used.</summary>
    private static VirtqDescriptor ReadOnce(byte* from)
    {
        VirtqDescriptor copy;
        ((ulong*)&copy)[0] = Volatile.Read(ref Unsafe.AsRef<ulong>(from));
        ((ulong*)&copy)[1] = Volatile.Read(ref Unsafe.AsRef<ulong>(from + sizeof(ulong)));
        return copy;
    }

    private TakeResult Break(RingRule rule, string complaint)
    {
        Refuse(rule, complaint);
        return TakeResult.Broken;
    }

    private bool Refuse(RingRule rule, string complaint)
    {
        BrokenRule = rule;
        Complaint = complaint;
        return false;
    }
}
