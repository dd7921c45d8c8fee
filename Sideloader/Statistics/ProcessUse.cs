using System.Globalization;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Statistics;

/// <summary>What a process uses of the host.</summary>
/// <param name="Memory">Bytes that are in memory.</param>
/// <param name="Processor">Processor time that it took since it started.</param>
internal readonly record struct ProcessUse(long Memory, TimeSpan Processor)
{
    // Source: proc_pid_stat(5), utime, stime and rss; sysconf(_SC_CLK_TCK) is 100 on every Linux.
    private const int UserTimeField = 11;
    private const int SystemTimeField = 12;
    private const int ResidentField = 21;
    private const double TicksPerSecond = 100;

    /// <summary>Nothing, if the process is gone.</summary>
    internal static ProcessUse Of(ProcessIdentity? process)
    {
        if (process is not { IsAlive: true })
            return default;
        try
        {
            string text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}/stat"));
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new ProcessUse(Number(fields[ResidentField]) * Environment.SystemPageSize, TimeSpan.FromSeconds((Number(fields[UserTimeField]) + Number(fields[SystemTimeField])) / TicksPerSecond));
        }
        catch (IOException)
        {
            // It ended between the two looks.
            return default;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
