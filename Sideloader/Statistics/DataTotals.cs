using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Statistics;

/// <summary>Data of a unikernel's files, in bytes. What is copied here is copied once more than by the host's kernel.</summary>
/// <param name="Moved">What reads and writes moved.</param>
/// <param name="CopiedByDaemon">What of that went through the daemon's own memory.</param>
/// <param name="CopiedByUnikernel">What the unikernel copied between its own files and those of the host; known at its end.</param>
internal sealed record DataTotals(ulong Moved, ulong CopiedByDaemon, ulong CopiedByUnikernel)
{
    /// <summary>Of a unikernel; null if there are no counters.</summary>
    internal static DataTotals? Read(UnikernelDirectory home)
    {
        try
        {
            using StatisticsFile file = StatisticsFile.Open(home.StatisticsFile);
            CallSnapshot snapshot = CallSnapshot.Take(file);
            return new DataTotals(snapshot.MovedData, snapshot.CopiedData, file.CopiedByUnikernel);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
