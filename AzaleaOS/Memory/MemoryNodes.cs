using AzaleaOS.Abi;
using AzaleaOS.Cpu;

namespace AzaleaOS.Memory;

/// <summary>Tells which NUMA node each range of the memory map belongs to.</summary>
internal static class MemoryNodes
{
    /// <summary>Splits usable ranges where the firmware's nodes begin and end. What it does not mention belongs to node 0.</summary>
    internal static void Assign(ref BootInfo info, in AcpiInfo acpi)
    {
        for (int i = 0; acpi.MemoryCount > 0 && i < info.MemoryCount; i++)
        {
            ref MemoryRange range = ref info.Memory[i];
            if (range.Kind is not MemoryKind.Usable)
            {
                continue;
            }

            ulong border = FindNode(in acpi, range.Start.Value, range.End, out range.Node);
            if (border < range.End && info.MemoryCount < MemoryRangeList.Capacity)
            {
                Split(ref info, i, border);
            }
        }
    }

    /// <summary>Finds the node of an address, and the first frame border where that may end.</summary>
    private static ulong FindNode(in AcpiInfo acpi, ulong start, ulong end, out uint node)
    {
        node = 0;
        ulong border = end;
        for (int i = 0; i < acpi.MemoryCount; i++)
        {
            ref readonly AcpiMemory memory = ref acpi.Memory[i];
            ulong memoryEnd = memory.Start.Value + memory.Length;
            if (start >= memory.Start.Value && start < memoryEnd)
            {
                node = memory.Node;
                border = Math.Min(border, PageSize.AlignUp(memoryEnd, PageSize.Size4K));
            }
            else if (memory.Start.Value > start)
            {
                border = Math.Min(border, PageSize.AlignUp(memory.Start.Value, PageSize.Size4K));
            }
        }

        return border;
    }

    private static void Split(ref BootInfo info, int index, ulong border)
    {
        Span<MemoryRange> ranges = info.Memory;
        ranges[index..info.MemoryCount].CopyTo(ranges[(index + 1)..]);
        info.MemoryCount++;
        ranges[index].Length = border - ranges[index].Start.Value;
        ranges[index + 1].Length = ranges[index + 1].End - border;
        ranges[index + 1].Start = new PhysicalAddress(border);
    }
}
