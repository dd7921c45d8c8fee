using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Boot;

/// <summary>Makes the table in which starting cores find themselves.</summary>
internal static unsafe class CoreList
{
    /// <summary>Lists the running core first, then the firmware's in its order.</summary>
    /// <param name="acpi">Which cores there are.</param>
    /// <param name="count">How many to list; at most so many as there are.</param>
    /// <param name="records">The table.</param>
    /// <returns>False if memory is exhausted.</returns>
    internal static bool TryMake(in AcpiInfo acpi, int count, out CoreBootRecord* records)
    {
        records = null;
        ulong pages = ((ulong)count * (ulong)sizeof(CoreBootRecord) + PageSize.Size4K - 1) >> PageSize.Shift4K;
        if (!Frames.TryTakeRun(pages, 0, out FrameNumber frame)) return false;

        records = (CoreBootRecord*)frame.Address.Mapped.Pointer;
        PageMemory.Clear(records, pages << PageSize.Shift4K);
        Fill(in acpi, BootCore.Block->ApicId, new Span<CoreBootRecord>(records, count));
        BootCore.Block->Node = records[0].Node;
        return true;
    }

    /// <summary>Fills the table.</summary>
    /// <param name="acpi">Which cores there are.</param>
    /// <param name="self">The running core.</param>
    /// <param name="records">At least one.</param>
    internal static void Fill(in AcpiInfo acpi, uint self, Span<CoreBootRecord> records)
    {
        records[0].ApicId = self;
        int next = 1;
        for (int i = 0; i < acpi.CoreCount; i++)
        {
            ref readonly AcpiCore core = ref acpi.Cores[i];
            bool isSelf = core.ApicId.Value == self;
            if (!isSelf && next == records.Length) continue;
            ref CoreBootRecord record = ref records[isSelf ? 0 : next++];
            record.ApicId = core.ApicId.Value;
            record.Node = core.Node;
        }
    }
}
