using AzaleaOS.Abi.Virtio;

namespace AzaleaOS.Sideloader.Rings;

/// <summary>Strict mode: the rules that a driver can break without harm to this device, but not to all.</summary>
/// <remarks>It remembers which descriptors are in flight, so a chain costs more than without it.</remarks>
internal sealed class RingValidator(int size, VirtioFeatures features)
{
    private const VirtqDescriptorFlags KnownFlags = VirtqDescriptorFlags.Next | VirtqDescriptorFlags.Write | VirtqDescriptorFlags.Indirect;
    private const int Free = -1;

    private readonly int[] _chainOf = CreateOwners(size);

    /// <summary>Checks a descriptor of a chain that is being taken.</summary>
    /// <param name="head">The chain.</param>
    /// <param name="index">The descriptor's place in its table.</param>
    /// <param name="direct">Whether that table is the queue's own.</param>
    /// <param name="flags">The descriptor's flags.</param>
    internal RingRule CheckDescriptor(ushort head, int index, bool direct, VirtqDescriptorFlags flags)
    {
        if ((flags & ~KnownFlags) != 0)
            return RingRule.UnknownFlags;
        if (!direct)
            return RingRule.None;
        if (_chainOf[index] != Free && _chainOf[index] != head)
            return RingRule.InFlight;

        _chainOf[index] = head;
        return RingRule.None;
    }

    /// <summary>Checks that a chain is not in flight yet.</summary>
    internal RingRule CheckHead(ushort head) => _chainOf[head] == Free ? RingRule.None : RingRule.InFlight;

    /// <summary>Checks the flags of the available ring.</summary>
    internal RingRule CheckAvailableFlags(VirtqRingFlags flags)
    {
        VirtqRingFlags allowed = features.HasFlag(VirtioFeatures.EventIndex) ? VirtqRingFlags.None : VirtqRingFlags.NoNotification;
        return (flags & ~allowed) == 0 ? RingRule.None : RingRule.AvailableFlags;
    }

    /// <summary>The descriptors of a chain are the driver's again.</summary>
    internal void Forget(ushort head)
    {
        for (int i = 0; i < _chainOf.Length; i++)
        {
            if (_chainOf[i] == head)
                _chainOf[i] = Free;
        }
    }

    private static int[] CreateOwners(int size)
    {
        int[] owners = new int[size];
        Array.Fill(owners, Free);
        return owners;
    }
}
