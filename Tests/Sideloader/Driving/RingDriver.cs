using System.Runtime.InteropServices;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Memory;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>The driver's side of a split virtqueue, as the standard asks for it.</summary>
internal sealed unsafe class RingDriver
{
    private readonly byte* _table;
    private readonly byte* _available;
    private readonly byte* _used;
    private readonly ushort[] _next;
    private readonly int[] _lengthOfChain;
    private readonly VirtioFeatures _features;
    private int _freeHead;
    private ushort _nextAvailable;
    private ushort _nextUsed;
    private ushort _lastKick;

    internal RingDriver(GuestMemory memory, ulong address, int size, VirtioFeatures features)
    {
        Size = size;
        _features = features;
        TableAddress = address;
        AvailableAddress = TableAddress + (ulong)SplitRing.TableBytes(size);
        UsedAddress = (AvailableAddress + (ulong)SplitRing.AvailableBytes(size) + 3) & ~3UL;
        End = UsedAddress + (ulong)SplitRing.UsedBytes(size);
        _table = memory.Translate(TableAddress, (ulong)SplitRing.TableBytes(size));
        _available = memory.Translate(AvailableAddress, (ulong)SplitRing.AvailableBytes(size));
        _used = memory.Translate(UsedAddress, (ulong)SplitRing.UsedBytes(size));
        new Span<byte>(_table, (int)(End - TableAddress)).Clear();
        Layout = new RingLayout(size, (nint)_table, (nint)_available, (nint)_used);
        _next = new ushort[size];
        _lengthOfChain = new int[size];
        for (int i = 0; i < size; i++)
            _next[i] = (ushort)(i + 1);

        Free = size;
    }

    internal int Size { get; }

    internal ulong TableAddress { get; }

    internal ulong AvailableAddress { get; }

    internal ulong UsedAddress { get; }

    internal ulong End { get; }

    internal RingLayout Layout { get; }

    internal int Free { get; private set; }

    internal Span<VirtqDescriptor> Table => new(_table, Size);

    internal ref ushort AvailableFlags => ref *(ushort*)_available;

    internal ref ushort AvailableIndex => ref *(ushort*)(_available + SplitRing.IndexOffset);

    internal Span<ushort> AvailableEntries => new(_available + SplitRing.EntriesOffset, Size);

    internal ushort UsedIndex => Volatile.Read(ref *(ushort*)(_used + SplitRing.IndexOffset));

    private bool HasEventIndex => (_features & VirtioFeatures.EventIndex) != 0;

    /// <summary>Writes a chain of the ring's own descriptors, without publishing it.</summary>
    internal ushort Add(ReadOnlySpan<Buffer> buffers)
    {
        Assert.InRange(buffers.Length, 1, Free);
        int head = _freeHead;
        int index = head;
        for (int i = 0; i < buffers.Length; i++)
        {
            int next = _next[index];
            bool last = i == buffers.Length - 1;
            Table[index] = Descriptor(buffers[i], last ? 0 : next, last);
            _lengthOfChain[index] = 0;
            index = next;
        }

        _freeHead = index;
        Free -= buffers.Length;
        _lengthOfChain[head] = buffers.Length;
        return (ushort)head;
    }

    /// <summary>Writes a chain whose descriptors are in a table elsewhere.</summary>
    internal ushort AddIndirect(Span<byte> table, ulong tableAddress, ReadOnlySpan<Buffer> buffers)
    {
        Span<VirtqDescriptor> descriptors = MemoryMarshal.Cast<byte, VirtqDescriptor>(table);
        for (int i = 0; i < buffers.Length; i++)
            descriptors[i] = Descriptor(buffers[i], i + 1, i == buffers.Length - 1);

        ushort head = Add([new Buffer(tableAddress, (uint)(buffers.Length * VirtqDescriptor.Bytes), false)]);
        Table[head].Flags = VirtqDescriptorFlags.Indirect;
        return head;
    }

    /// <summary>Makes a chain available. Other than that the device sees it, nothing happens.</summary>
    internal void Publish(ushort head)
    {
        AvailableEntries[_nextAvailable & (Size - 1)] = head;
        _nextAvailable++;
        Volatile.Write(ref AvailableIndex, _nextAvailable);
    }

    /// <summary>Whether the device wants to hear of what was published since the last time.</summary>
    internal bool ShouldKick()
    {
        Interlocked.MemoryBarrier();
        bool due = HasEventIndex
            ? SplitRing.NeedsEvent(Volatile.Read(ref *(ushort*)(_used + SplitRing.AvailableEventOffset(Size))), _nextAvailable, _lastKick)
            : (Volatile.Read(ref *(ushort*)_used) & 1) == 0;
        _lastKick = _nextAvailable;
        return due;
    }

    /// <summary>Asks to hear of the next used entry.</summary>
    /// <returns>Whether there is one already.</returns>
    internal bool EnableInterrupts()
    {
        if (HasEventIndex)
            Volatile.Write(ref *(ushort*)(_available + SplitRing.UsedEventOffset(Size)), _nextUsed);
        else
            Volatile.Write(ref AvailableFlags, 0);

        Interlocked.MemoryBarrier();
        return UsedIndex != _nextUsed;
    }

    /// <summary>Takes back a chain and frees its descriptors.</summary>
    internal bool TryReclaim(out VirtqUsedElement element)
    {
        element = default;
        if (UsedIndex == _nextUsed)
            return false;

        element = ((VirtqUsedElement*)(_used + SplitRing.EntriesOffset))[_nextUsed & (Size - 1)];
        _nextUsed++;
        int count = _lengthOfChain[element.Head];
        Assert.True(count > 0, $"chain {element.Head} came back and was not in flight");
        _lengthOfChain[element.Head] = 0;
        int last = (int)element.Head;
        for (int i = 1; i < count; i++)
            last = _next[last];

        _next[last] = (ushort)_freeHead;
        _freeHead = (int)element.Head;
        Free += count;
        return true;
    }

    internal Virtqueue CreateQueue(GuestMemory memory, bool strict = true) => new(memory, Layout, _features, 0, strict);

    private static VirtqDescriptor Descriptor(Buffer buffer, int next, bool last) => new()
    {
        Address = buffer.Address,
        Length = buffer.Length,
        Flags = (buffer.Writable ? VirtqDescriptorFlags.Write : 0) | (last ? 0 : VirtqDescriptorFlags.Next),
        Next = (ushort)(last ? 0 : next),
    };
}
