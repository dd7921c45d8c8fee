using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Reports;

/// <summary>Which numbers there are: of descriptors, threads, cores, caches and nodes.</summary>
internal static unsafe class ReportNumbers
{
    /// <summary>The first number of a kind that is not below one.</summary>
    /// <param name="kind">F descriptors, T threads, C cores, I caches, N nodes, P the process.</param>
    /// <param name="from">The lowest number.</param>
    /// <returns>The number, or -1.</returns>
    internal static int Next(byte kind, int from)
    {
        switch (kind)
        {
            case (byte)'F':
                return DescriptorTable.Next(from);
            case (byte)'T':
                return NextThread(from);
            case (byte)'I':
                return ProcessorTopology.TryGetCache(from, out _) ? from : -1;
            case (byte)'P':
                return from <= Process.Id ? Process.Id : -1;
            default:
                return from < (kind == 'C' ? Cores.Count : KernelMemory.Nodes->Count) ? from : -1;
        }
    }

    private static int NextThread(int from)
    {
        ThreadTable.Enter();
        int next = ThreadTable.Find(from) != null ? from : -1;
        for (Thread* thread = next == from ? null : ThreadTable.First; thread != null; thread = thread->NextInTable)
        {
            if (thread->Id >= from && (next < 0 || thread->Id < next))
            {
                next = thread->Id;
            }
        }

        ThreadTable.Exit();
        return next;
    }
}
