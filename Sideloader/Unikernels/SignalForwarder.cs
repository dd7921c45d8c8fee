using System.Runtime.InteropServices;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Hands this process's signals to the application; Ctrl-Z stops the machine with this command, and fg lets both go on.</summary>
internal sealed class SignalForwarder : IDisposable
{
    private static readonly int[] s_forwarded =
    [
        SignalNumber.Interrupt, SignalNumber.Terminate, SignalNumber.Quit, SignalNumber.HangUp, SignalNumber.WindowChange, SignalNumber.User1, SignalNumber.User2,
    ];

    private readonly List<PosixSignalRegistration> _registrations = [];

    internal SignalForwarder(Action<int> forward, Func<ProcessIdentity?> emulator)
    {
        foreach (int number in s_forwarded)
        {
            _registrations.Add(PosixSignalRegistration.Create(Portable(number), context =>
            {
                context.Cancel = true;
                forward(number);
            }));
        }

        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTSTP, context =>
        {
            context.Cancel = true;
            Pause(emulator());
        }));
    }

    /// <inheritdoc/>
    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    /// <summary>.NET has own numbers for the signals that every system has.</summary>
    private static PosixSignal Portable(int number) => number switch
    {
        SignalNumber.Interrupt => PosixSignal.SIGINT,
        SignalNumber.Terminate => PosixSignal.SIGTERM,
        SignalNumber.Quit => PosixSignal.SIGQUIT,
        SignalNumber.HangUp => PosixSignal.SIGHUP,
        SignalNumber.WindowChange => PosixSignal.SIGWINCH,
        _ => (PosixSignal)number,
    };

    private static void Pause(ProcessIdentity? emulator)
    {
        Send(emulator, SignalNumber.Stop);
        // Comes back when the shell continues this process.
        _ = Libc.Kill(Environment.ProcessId, SignalNumber.Stop);
        Send(emulator, SignalNumber.Continue);
    }

    private static void Send(ProcessIdentity? process, int signal)
    {
        if (process is { IsAlive: true })
            _ = Libc.Kill(process.Pid, signal);
    }
}
