using AzaleaOS.Memory;

namespace AzaleaOS.Files.Reports;

/// <summary>What /sys says of a memory node, in bytes.</summary>
internal static unsafe class NodeValues
{
    private const ulong FrameBytes = 4096;

    /// <summary>A number.</summary>
    internal static ulong Of(byte item, int node)
    {
        FrameStatistics statistics = KernelMemory.Nodes->Count > node ? (*KernelMemory.Nodes)[node]->Statistics : default;
        return (char)item switch
        {
            'i' => (ulong)node,
            't' => statistics.Total * FrameBytes,
            'f' => statistics.Free * FrameBytes,
            _ => (statistics.Total - statistics.Free) * FrameBytes,
        };
    }

    /// <summary>How far all nodes are from one.</summary>
    internal static void WriteDistances(ReportText* text, int node)
    {
        for (int other = 0; other < KernelMemory.Nodes->Count; other++)
        {
            if (other > 0)
            {
                text->Append((byte)' ');
            }

            text->Append((ulong)KernelMemory.Nodes->Distance(node, other));
        }
    }
}
