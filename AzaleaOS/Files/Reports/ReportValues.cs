using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Reports;

/// <summary>The numbers of /proc and /sys, by group and letter.</summary>
internal static unsafe class ReportValues
{
    /// <summary>A number.</summary>
    /// <param name="group">t of a thread, a of the address space, v of the mapping at an address, p of the process, m of the machine, u of a core, n of a node, d of a descriptor, i of the processor's kind.</param>
    /// <param name="item">Which.</param>
    /// <param name="argument">The numbers on the path.</param>
    internal static ulong Of(byte group, byte item, ulong argument) => (char)group switch
    {
        't' => ThreadValues.Of(item, argument),
        'a' => MemoryValues.Of(item),
        'v' => MemoryValues.OfArea(item, argument),
        'p' => OfProcess(item),
        'm' => MachineValues.Of(item),
        'u' => CoreValues.Of(item, argument),
        'n' => NodeValues.Of(item, ReportEntry.Last(argument)),
        'd' => OfDescriptor(item, ReportEntry.Last(argument)),
        _ => ProcessorValues.Of(item),
    };

    private static ulong OfProcess(byte item) => (char)item switch
    {
        'i' => (ulong)Process.Id,
        'u' => Process.FileModeMask,
        'n' => (ulong)ThreadTable.Count,
        'b' => AddressSpace.Current->BreakStart,
        'f' => (ulong)DescriptorTable.Limit,
        _ => Process.Addresses[item - 'A'],
    };

    private static ulong OfDescriptor(byte item, int descriptor)
    {
        FileReference reference = DescriptorTable.GetAny(descriptor);
        if (reference.IsNull)
        {
            return 0;
        }

        OpenFile* file = reference.File;
        ulong value = (char)item switch
        {
            'p' => (ulong)file->Position,
            'f' => (uint)file->Flags | (DescriptorTable.GetCloseOnExec(descriptor) == 1 ? (uint)OpenFlags.CloseOnExec : 0),
            'i' => file->Node->Inode,
            _ => (ulong)file->Node->FileSystem + 1,
        };
        reference.Release();
        return value;
    }
}
