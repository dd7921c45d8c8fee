using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Memory;

namespace AzaleaOS.Sideloader.Rings;

/// <summary>Where the three parts of a queue lie in this process: checked once, when the queue starts.</summary>
/// <param name="Size">Entries.</param>
/// <param name="Descriptors">The descriptor table.</param>
/// <param name="Available">The available ring.</param>
/// <param name="Used">The used ring.</param>
public readonly unsafe record struct RingLayout(int Size, nint Descriptors, nint Available, nint Used)
{
    /// <summary>Checks addresses of the hypervisor's process and translates them.</summary>
    /// <param name="memory">The guest's memory.</param>
    /// <param name="size">Entries as the driver says.</param>
    /// <param name="descriptors">The descriptor table.</param>
    /// <param name="available">The available ring.</param>
    /// <param name="used">The used ring.</param>
    /// <exception cref="ArgumentException">The size is none, a part is not aligned, or it is not within one region.</exception>
    public static RingLayout FromFrontEnd(GuestMemory memory, uint size, ulong descriptors, ulong available, ulong used)
    {
        if (!SplitRing.IsSize(size))
            throw new ArgumentException($"a queue cannot have {size} entries");

        return new RingLayout(
            (int)size,
            Part(memory, descriptors, SplitRing.TableBytes((int)size), SplitRing.TableAlignment, "descriptor table"),
            Part(memory, available, SplitRing.AvailableBytes((int)size), SplitRing.AvailableAlignment, "available ring"),
            Part(memory, used, SplitRing.UsedBytes((int)size), SplitRing.UsedAlignment, "used ring"));
    }

    private static nint Part(GuestMemory memory, ulong address, int bytes, int alignment, string name)
    {
        byte* host = memory.TranslateFrontEnd(address, (ulong)bytes);
        if (host == null)
            throw new ArgumentException($"the {name} at 0x{address:x} is not in the guest's memory");
        // Regions start at multiples of a page in both processes, so alignment here is alignment there.
        if ((nuint)host % (nuint)alignment != 0)
            throw new ArgumentException($"the {name} at 0x{address:x} is not aligned to {alignment} bytes");

        return (nint)host;
    }
}
