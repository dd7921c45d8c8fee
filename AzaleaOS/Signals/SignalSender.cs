namespace AzaleaOS.Signals;

/// <summary>Signals that the kernel itself sends.</summary>
internal static unsafe class SignalSender
{
    private const int Pipe = 13;
    private const int FirstDeathStatus = 128;

    /// <summary>Ends the process with a status. Set by whoever started it.</summary>
    internal static delegate*<int, void> End { get; set; }

    /// <summary>SIGPIPE to the running thread: it wrote where nobody reads.</summary>
    internal static void RaisePipe()
    {
        bool isBlocked = (SignalState.Blocked & (1UL << (Pipe - 1))) != 0;
        if (!isBlocked && SignalState.DispositionOf(Pipe) == Disposition.Terminate && End != null)
        {
            End(FirstDeathStatus + Pipe);
        }
    }
}
