using AzaleaOS.Abi;
using AzaleaOS.Cpu;

namespace AzaleaOS.Boot;

/// <summary>The cores and nodes that were lent, in place of those that ACPI lists for the whole machine.</summary>
internal static unsafe class HandOffCores
{
    /// <summary>Puts what the hand-off block says into <paramref name="acpi"/>.</summary>
    /// <param name="window">Where physical memory can be read.</param>
    /// <param name="address">The block, checked by <see cref="HandOffReader"/>.</param>
    /// <param name="acpi">What ACPI says, if it was asked.</param>
    internal static void Read(PhysicalWindow window, PhysicalAddress address, ref AcpiInfo acpi)
    {
        if (!window.TryRead(address, out HandOffBlock block)) return;
        acpi.CoreCount = 0;
        for (uint i = 0; i < block.CoreCount && i < AcpiCoreList.Capacity; i++)
        {
            PhysicalAddress entry = address + block.CoreOffset + (i * (ulong)sizeof(HandOffCore));
            if (!window.TryRead(entry, out HandOffCore core)) return;
            acpi.Cores[acpi.CoreCount++] = new AcpiCore { ApicId = new ApicId(core.ApicId), Node = core.Node };
        }

        acpi.NodeCount = (int)Math.Min(block.NodeCount, AcpiDomainList.Capacity);
        int distances = acpi.NodeCount * acpi.NodeCount;
        acpi.HasDistances = window.TryGet(address + block.DistanceOffset, (ulong)distances, out byte* given)
            && block.NodeCount == acpi.NodeCount && block.DistanceLength == distances;
        for (int i = 0; acpi.HasDistances && i < distances; i++) acpi.Distances[i] = given[i];
    }
}
