using System.Runtime.CompilerServices;
using AzaleaOS.Abi.Virtio;

namespace AzaleaOS.Sideloader.Rings;

// What the driver did, in words. Apart and never in line: a method that could make texts sets up room for them each time.
public sealed unsafe partial class Virtqueue
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private TakeResult BreakForIndex(int ahead)
        => Break(RingRule.AvailableIndex, $"the available index is {_seenAvailable}, {ahead} ahead, with {InFlight} of {_size} chains in flight");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TakeResult BreakForFlags(RingRule rule, VirtqRingFlags flags) => Break(rule, $"the available ring's flags are 0x{(ushort)flags:x}");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TakeResult BreakForHead(ushort head) => Break(RingRule.Head, $"the available entry {_nextAvailable} names descriptor {head} of {_size}");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TakeResult BreakForHeadInFlight(ushort head)
        => Break(RingRule.InFlight, $"the available entry {_nextAvailable} names descriptor {head}, which is in flight");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RefuseDescriptor(RingRule rule, ushort head, int index, VirtqDescriptorFlags flags) => Refuse(rule, rule == RingRule.UnknownFlags
        ? $"descriptor {index} of chain {head} has the flags 0x{(ushort)flags:x}"
        : $"descriptor {index} of chain {head} is part of another chain in flight");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RefuseLength(ushort head, int limit) => Refuse(RingRule.ChainLength, $"chain {head} has a loop or more than {limit} descriptors");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RefuseBuffers(ushort head) => Refuse(RingRule.ChainLength, $"chain {head} has more than {DescriptorChain.MaxSegments} buffers");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RefuseBytes(ushort head) => Refuse(RingRule.ChainBytes, $"chain {head} has more than 2^32 bytes");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RefuseNext(ushort head, int index, int next, int count)
        => Refuse(RingRule.Next, $"descriptor {index} of chain {head} goes on at {next} of {count}");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RefuseOrder(ushort head, int index)
        => Refuse(RingRule.Order, $"descriptor {index} of chain {head} is to be read, behind one to be written");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RefuseAddress(ushort head, int index, ulong address, uint length)
        => Refuse(RingRule.Memory, $"descriptor {index} of chain {head}, {length} bytes at 0x{address:x}, is not in the guest's memory");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RefuseEnd(ushort head, int index) => Refuse(RingRule.Memory, $"descriptor {index} of chain {head} passes the end of the address space");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RefuseTable(ushort head, int index, bool direct, ulong address, uint length, VirtqDescriptorFlags flags)
    {
        if ((_features & VirtioFeatures.IndirectDescriptors) == 0)
            return Refuse(RingRule.IndirectNotNegotiated, $"descriptor {index} of chain {head} is indirect, which was not negotiated");
        if (!direct)
            return Refuse(RingRule.IndirectInIndirect, $"descriptor {index} of the indirect table of chain {head} is indirect itself");
        if ((flags & VirtqDescriptorFlags.Next) != 0)
            return Refuse(RingRule.IndirectWithNext, $"descriptor {index} of chain {head} is indirect and has a next one");
        return Refuse(RingRule.IndirectTable, length == 0 || length % VirtqDescriptor.Bytes != 0
            ? $"the indirect table of chain {head} has {length} bytes"
            : $"the indirect table of chain {head}, {length} bytes at 0x{address:x}, is not in the guest's memory");
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
