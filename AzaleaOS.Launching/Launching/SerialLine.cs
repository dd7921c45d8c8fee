namespace AzaleaOS.Build.Launching;

/// <summary>The serial line of one machine: boot text filtered where there is a boot loader, then taken apart.</summary>
internal sealed class SerialLine
{
    private readonly ConsoleParser _console;
    private readonly BootTextFilter? _bootText;

    internal SerialLine(ConsoleParser console, bool bootLoader)
    {
        _console = console;
        _bootText = bootLoader ? new BootTextFilter(console) : null;
    }

    /// <summary>The guest's status, once it has said it.</summary>
    internal int? ExitStatus => _console.ExitStatus;

    /// <summary>Whether the kernel hears what is sent to it.</summary>
    internal bool IsListening => _console.IsListening;

    /// <summary>Takes the next bytes.</summary>
    internal void Write(ReadOnlySpan<byte> bytes)
    {
        if (_bootText is null)
            _console.Write(bytes);
        else
            _bootText.Write(bytes);
    }

    /// <summary>The machine has stopped. Returns what a boot loader said that started no kernel.</summary>
    internal IReadOnlyList<string> Complete()
    {
        IReadOnlyList<string> bootText = _bootText?.Complete() ?? [];
        _console.Complete();
        return bootText;
    }
}
