using AzaleaOS.Build.Streams;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Gives the terminal back as it was, whatever an application did to its settings.</summary>
internal sealed class TerminalKeeper : IDisposable
{
    private readonly HostTerminal? _terminal;

    internal TerminalKeeper()
    {
        int descriptor = Array.FindIndex([0, 1, 2], HostTerminal.Is);
        if (descriptor < 0)
            return;
        _terminal = new HostTerminal(descriptor);
        _terminal.Remember();
    }

    /// <inheritdoc/>
    public void Dispose() => _terminal?.Dispose();
}
