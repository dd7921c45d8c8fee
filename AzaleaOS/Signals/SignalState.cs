using System.Runtime.CompilerServices;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Signals;

/// <summary>What the application wants to happen when a signal comes.</summary>
/// <remarks>Signals have numbers from 1 to 64; bit n - 1 of a mask is signal n.</remarks>
internal static class SignalState
{
    /// <summary>The highest number.</summary>
    internal const int Last = 64;

    /// <summary>SIGKILL and SIGSTOP: cannot be caught, ignored or held back.</summary>
    internal const ulong Uncatchable = (1UL << (Kill - 1)) | (1UL << (Stop - 1));

    private const int Kill = 9;
    private const int Stop = 19;

    // SIGCHLD, SIGCONT, SIGURG, SIGWINCH: nothing happens.
    private const ulong IgnoredByDefault = (1UL << 16) | (1UL << 17) | (1UL << 22) | (1UL << 27);

    // SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU.
    private const ulong StopsByDefault = (1UL << 18) | (1UL << 19) | (1UL << 20) | (1UL << 21);

    private static ActionTable s_actions;

    /// <summary>Signals that are held back.</summary>
    internal static ulong Blocked { get; set; }

    /// <summary>Where handlers with SA_ONSTACK run.</summary>
    internal static SignalStack AlternateStack { get; set; }

    /// <summary>What is to happen for a signal.</summary>
    internal static ref SignalAction ActionFor(int signal) => ref s_actions[signal - 1];

    /// <summary>Default actions, nothing held back.</summary>
    internal static void Reset()
    {
        s_actions = default;
        Blocked = 0;
        AlternateStack = new SignalStack { Flags = SignalStackFlags.Disabled };
    }

    /// <summary>What a signal does now.</summary>
    internal static Disposition DispositionOf(int signal)
    {
        const ulong Ignore = 1;
        ulong bit = 1UL << (signal - 1);
        ulong handler = ActionFor(signal).Handler;
        if (handler > Ignore)
        {
            return Disposition.Handler;
        }

        return handler == Ignore || (IgnoredByDefault & bit) != 0 ? Disposition.Ignore
            : (StopsByDefault & bit) != 0 ? Disposition.Stop
            : Disposition.Terminate;
    }

    [InlineArray(Last)]
    private struct ActionTable
    {
        private SignalAction _first;
    }
}
