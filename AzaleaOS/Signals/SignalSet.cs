using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Signals;

/// <summary>Sets of signals: bit n - 1 of a word is signal n.</summary>
internal static class SignalSet
{
    /// <summary>SIGKILL and SIGSTOP: cannot be caught, ignored or held back.</summary>
    internal const ulong Uncatchable = (1UL << (SignalNumber.Kill - 1)) | StopItself;

    /// <summary>SIGCHLD, SIGCONT, SIGURG, SIGWINCH: by default nothing happens.</summary>
    internal const ulong IgnoredByDefault = (1UL << (SignalNumber.Child - 1)) | Continuing
        | (1UL << (SignalNumber.Urgent - 1)) | (1UL << (SignalNumber.WindowChange - 1));

    /// <summary>SIGTSTP, SIGTTIN, SIGTTOU: stop a process that a terminal's user could continue.</summary>
    internal const ulong TerminalStops = (1UL << (SignalNumber.TerminalStop - 1))
        | (1UL << (SignalNumber.TerminalInput - 1)) | (1UL << (SignalNumber.TerminalOutput - 1));

    /// <summary>SIGSTOP and the terminal's three.</summary>
    internal const ulong StopsByDefault = StopItself | TerminalStops;

    /// <summary>SIGCONT.</summary>
    internal const ulong Continuing = 1UL << (SignalNumber.Continue - 1);

    /// <summary>Signals of the instruction that runs: they come before all others.</summary>
    internal const ulong Synchronous = (1UL << (SignalNumber.Segmentation - 1)) | (1UL << (SignalNumber.Bus - 1))
        | (1UL << (SignalNumber.IllegalInstruction - 1)) | (1UL << (SignalNumber.Trap - 1))
        | (1UL << (SignalNumber.FloatingPoint - 1)) | (1UL << (SignalNumber.System - 1));

    /// <summary>Signals of which Linux writes a core file: they end the process when they are delivered, not already when they are sent.</summary>
    internal const ulong Dumping = Synchronous | (1UL << (SignalNumber.Quit - 1)) | (1UL << (SignalNumber.Abort - 1))
        | (1UL << (SignalNumber.ProcessorLimit - 1)) | (1UL << (SignalNumber.FileLimit - 1));

    private const ulong StopItself = 1UL << (SignalNumber.Stop - 1);

    /// <summary>The set of one signal.</summary>
    internal static ulong Of(int signal) => 1UL << (signal - 1);

    /// <summary>The signal of a set that is delivered first: a synchronous one, then the lowest number.</summary>
    /// <returns>0 if the set is empty.</returns>
    internal static int First(ulong set)
    {
        ulong preferred = (set & Synchronous) != 0 ? set & Synchronous : set;
        return preferred == 0 ? 0 : System.Numerics.BitOperations.TrailingZeroCount(preferred) + 1;
    }
}
