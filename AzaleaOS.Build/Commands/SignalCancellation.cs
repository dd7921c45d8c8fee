using System.Runtime.InteropServices;

namespace AzaleaOS.Build.Commands;

/// <summary>Turns the signals that end a process into a cancellation, so that guests are stopped and files are removed first.</summary>
internal sealed class SignalCancellation : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    internal SignalCancellation()
    {
        Register(PosixSignal.SIGINT, 2);
        Register(PosixSignal.SIGTERM, 15);
        Register(PosixSignal.SIGQUIT, 3);
        Register(PosixSignal.SIGHUP, 1);
    }

    /// <summary>Cancelled by the first signal.</summary>
    internal CancellationToken Token => _source.Token;

    /// <summary>128 + the signal's number, as a shell reports it; null if none came.</summary>
    internal int? Status { get; private set; }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _source.Dispose();
    }

    private void Register(PosixSignal signal, int number) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        Status ??= 128 + number;
        _source.Cancel();
    }));
}
