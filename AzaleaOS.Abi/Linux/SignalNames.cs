namespace AzaleaOS.Abi.Linux;

/// <summary>The names of signals, for reports.</summary>
public static class SignalNames
{
    // One line per number from 1.
    private static ReadOnlySpan<byte> Lines =>
        "SIGHUP\nSIGINT\nSIGQUIT\nSIGILL\nSIGTRAP\nSIGABRT\nSIGBUS\nSIGFPE\nSIGKILL\nSIGUSR1\nSIGSEGV\nSIGUSR2\nSIGPIPE\n"u8 +
        "SIGALRM\nSIGTERM\nSIGSTKFLT\nSIGCHLD\nSIGCONT\nSIGSTOP\nSIGTSTP\nSIGTTIN\nSIGTTOU\nSIGURG\nSIGXCPU\nSIGXFSZ\n"u8 +
        "SIGVTALRM\nSIGPROF\nSIGWINCH\nSIGIO\nSIGPWR\nSIGSYS\n"u8;

    /// <summary>The name of a signal; "real-time" for those that have none.</summary>
    public static ReadOnlySpan<byte> Find(int signal)
    {
        ReadOnlySpan<byte> lines = Lines;
        for (int line = 1; !lines.IsEmpty; line++)
        {
            int end = lines.IndexOf((byte)'\n');
            if (line == signal)
            {
                return lines[..end];
            }

            lines = lines[(end + 1)..];
        }

        return "real-time"u8;
    }
}
