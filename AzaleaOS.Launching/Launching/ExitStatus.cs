namespace AzaleaOS.Build.Launching;

/// <summary>
/// What the <c>azalea</c> command ends with. <c>run</c> ends with the guest's own status when there is one;
/// the rest follows sysexits(3) and timeout(1).
/// </summary>
public static class ExitStatus
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>The build, a test or a bench failed; the errors are on stderr.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong (EX_USAGE).</summary>
    public const int Usage = 64;

    /// <summary>A file that the command line names cannot be read (EX_NOINPUT).</summary>
    public const int NoInput = 66;

    /// <summary>A tool is missing or too old (EX_UNAVAILABLE).</summary>
    public const int Unavailable = 69;

    /// <summary>The tool itself is broken (EX_SOFTWARE).</summary>
    public const int Internal = 70;

    /// <summary>The machine was stopped because its time was over.</summary>
    public const int TimedOut = 124;

    /// <summary>The machine stopped without an exit record.</summary>
    public const int NoExitRecord = 125;

    /// <summary>Stopped by Ctrl-C (128 + SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>The reader of our standard output went away (128 + SIGPIPE).</summary>
    public const int BrokenPipe = 141;
}
