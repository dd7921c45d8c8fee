using System.Globalization;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>How long threads of processes that were ready to run waited for a core, which is the host's doing and not theirs.</summary>
/// <remarks>Source: Linux, Documentation/scheduler/sched-stats.rst: the second number of /proc/PID/task/TID/schedstat, in nanoseconds.</remarks>
internal sealed class CoreWaits
{
    private readonly int[] _processes;
    private readonly Dictionary<string, (long First, long Last)> _waits = [];

    /// <summary>Counts from now on.</summary>
    internal CoreWaits(params int[] processes)
    {
        _processes = processes;
        Look(isStart: true);
    }

    /// <summary>The sum over all threads since the start. Of a thread that has ended, up to the last look at it.</summary>
    internal TimeSpan Total
    {
        get
        {
            Look(isStart: false);
            return TimeSpan.FromMicroseconds(_waits.Values.Sum(wait => wait.Last - wait.First) / 1000.0);
        }
    }

    private void Look(bool isStart)
    {
        foreach (int process in _processes)
        {
            try
            {
                foreach (string thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
                {
                    long now = long.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[1], CultureInfo.InvariantCulture);
                    _waits[thread] = (_waits.TryGetValue(thread, out (long First, long Last) before) ? before.First : isStart ? now : 0, now);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
            {
                // It ended meanwhile.
            }
        }
    }
}
