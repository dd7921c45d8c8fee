using System.Globalization;
using System.Runtime.InteropServices;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Streams;

/// <summary>This process's own standard streams, handed to a guest: terminals as terminals, all else as pipes.</summary>
/// <remarks>
/// While a guest has the terminal it is in raw mode: the guest's own line discipline edits, echoes and turns keys into
/// signals. Disposing gives the terminal its settings back.
/// </remarks>
internal sealed class HostStreams : IDisposable
{
    /// <summary>Ctrl-], which typed twice ends the machine.</summary>
    private const byte EscapeKey = 0x1d;

    private readonly HostTerminal? _terminal;
    private readonly bool _readsTerminal;
    private readonly bool _hasInput;
    private readonly Action _end;
    private PosixSignalRegistration? _resized;
    private ConsoleInput? _console;

    /// <summary>Takes the streams as they are.</summary>
    /// <param name="hasInput">Whether the guest gets our standard input; else its input is at its end.</param>
    /// <param name="end">What ends the machine.</param>
    internal HostStreams(bool hasInput, Action end)
    {
        _hasInput = hasInput;
        _end = end;
        bool[] isTerminal = [hasInput && HostTerminal.Is(0), HostTerminal.Is(1), HostTerminal.Is(2)];
        _readsTerminal = isTerminal[0];
        int descriptor = Array.IndexOf(isTerminal, true);
        Kinds = string.Concat(isTerminal.Select((terminal, i) => terminal ? 't' : i > 0 || hasInput ? 'p' : 'c'));
        if (descriptor >= 0)
            _terminal = new HostTerminal(descriptor);
    }

    /// <summary>A letter each for input, output and error, as the kernel's option <c>stdio</c> takes them.</summary>
    internal string Kinds { get; }

    /// <summary>What the kernel is told.</summary>
    internal IReadOnlyList<string> KernelOptions
    {
        get
        {
            if (_terminal is null)
                return ["stdio=" + Kinds];
            (int columns, int rows) = _terminal.Size;
            return ["stdio=" + Kinds, string.Create(CultureInfo.InvariantCulture, $"tty={columns}x{rows}")];
        }
    }

    /// <summary>The streams of a run.</summary>
    /// <param name="output">This command's standard output.</param>
    /// <param name="log">Its standard error.</param>
    internal MachineStreams Take(Stream output, Stream log)
    {
        _terminal?.MakeRaw(input: _readsTerminal);
        return new MachineStreams
        {
            Output = output,
            Errors = log,
            Terminal = _terminal?.Output,
            Log = _terminal is not null && Kinds[2] == 't' ? new LineEndStream(log) : log,
            Input = _readsTerminal ? Type : _hasInput ? ConsoleInput.From(new RawInput()) : null,
        };
    }

    public void Dispose()
    {
        _resized?.Dispose();
        _terminal?.Dispose();
    }

    private void Type(Stream line)
    {
        _console = new ConsoleInput(line);
        if (!OperatingSystem.IsWindows())
        {
            _resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ =>
            {
                (int columns, int rows) = _terminal!.Size;
                _console.Resize(columns, rows);
            });
        }

        using Stream keys = new RawInput();
        byte[] buffer = new byte[1024];
        bool escaped = false;
        int count;
        while ((count = keys.Read(buffer)) > 0)
        {
            // The escape key waits for what follows it.
            var send = new List<byte>(count + 1);
            foreach (byte key in buffer.AsSpan(0, count))
            {
                if (escaped && key == EscapeKey)
                {
                    _end();
                    return;
                }

                if (escaped)
                    send.Add(EscapeKey);
                escaped = key == EscapeKey;
                if (!escaped)
                    send.Add(key);
            }

            _console.Write(CollectionsMarshal.AsSpan(send));
        }

        _console.End();
    }
}
