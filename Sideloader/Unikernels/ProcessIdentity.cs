using System.Globalization;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>A process that cannot be taken for a later one with the same number.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="StartTime">When it started, in clock ticks since the host did. Source: proc_pid_stat(5), field 22.</param>
internal sealed record ProcessIdentity(int Pid, long StartTime)
{
    private const int StateField = 0;
    private const int StartTimeField = 19;

    /// <summary>This process.</summary>
    internal static ProcessIdentity Current => Find(Environment.ProcessId) ?? throw new IOException("/proc does not show this process");

    /// <summary>Whether it still runs.</summary>
    internal bool IsAlive => Find(Pid) == this;

    /// <summary>The process of this number, or null.</summary>
    internal static ProcessIdentity? Find(int pid)
    {
        string text;
        try
        {
            text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The second field is a name in parentheses that may hold any character.
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return fields[StateField] is "Z" or "X" ? null : new ProcessIdentity(pid, long.Parse(fields[StartTimeField], CultureInfo.InvariantCulture));
    }
}
