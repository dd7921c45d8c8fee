using System.Globalization;
using System.Text;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Linux's wait status. Source: wait(2).</summary>
internal static class WaitStatus
{
    /// <summary>What a shell makes of it: the exit status, or 128 and the number of the signal that ended the process.</summary>
    internal static int ToExit(int status) => (status & 0x7F) == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F);

    /// <summary>The name of the signal that ended the process, or its number if it has none; null if it exited.</summary>
    internal static string? SignalOf(int status)
    {
        int signal = status & 0x7F;
        if (signal == 0)
            return null;
        string name = Encoding.ASCII.GetString(SignalNames.Find(signal));
        return name.StartsWith("SIG", StringComparison.Ordinal) ? name : signal.ToString(CultureInfo.InvariantCulture);
    }
}
