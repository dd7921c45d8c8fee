using System.Runtime.InteropServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Build.Launching;

/// <summary>
/// Separates what a guest sends on its serial line. Kernel records run from the byte RS (1Eh) to LF, and may begin in the
/// middle of a line; all the rest is the application's output, byte for byte. RS RS is one RS of the application.
/// The record <c>azalea: exit N</c> carries the guest's exit status and is not passed on. RS and a small number say which
/// stream the application's output belongs to from then on: see <see cref="ConsoleFraming"/>.
/// </summary>
/// <param name="output">Gets the application's output, as soon as it comes.</param>
/// <param name="records">Gets each record without its RS, with its LF.</param>
/// <param name="errors">Gets the application's standard error; null for <paramref name="output"/>.</param>
/// <param name="terminal">Gets what is written to the terminal; null for <paramref name="output"/>.</param>
public sealed class ConsoleParser(Stream output, Stream records, Stream? errors = null, Stream? terminal = null)
{
    /// <summary>RECORD SEPARATOR: begins a kernel record.</summary>
    public const byte RecordSeparator = ConsoleFraming.Separator;

    /// <summary>Ends a kernel record.</summary>
    public const byte LineFeed = (byte)'\n';

    /// <summary>The line that GRUB writes when it hands over to the kernel: what came before is firmware's and GRUB's.</summary>
    public const string BootMarker = "azalea: boot";

    /// <summary>A kernel line is short; more than this without LF is passed on in pieces, so memory stays bounded.</summary>
    internal const int LongestRecord = 64 * 1024;

    private static ReadOnlySpan<byte> ExitPrefix => "azalea: exit "u8;

    private readonly List<byte> _record = [];
    private State _state;
    private readonly Stream _output = output;
    private readonly Stream _errors = errors ?? output;
    private readonly Stream _terminal = terminal ?? output;
    private Stream _stream = output;

    private enum State
    {
        Text,
        AfterSeparator,
        Record,
    }

    /// <summary>The status of the last exit record, 0..255; null before one came.</summary>
    public int? ExitStatus { get; private set; }

    /// <summary>Whether the kernel hears what is sent to it.</summary>
    public bool IsListening { get; private set; }

    /// <summary>Takes the next bytes of the line, cut anywhere.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bool wroteOutput = false;
        while (!bytes.IsEmpty)
        {
            switch (_state)
            {
                case State.Text:
                    int separator = bytes.IndexOf(RecordSeparator);
                    ReadOnlySpan<byte> text = separator < 0 ? bytes : bytes[..separator];
                    if (!text.IsEmpty)
                    {
                        _stream.Write(text);
                        wroteOutput = true;
                    }

                    bytes = separator < 0 ? [] : bytes[(separator + 1)..];
                    if (separator >= 0)
                        _state = State.AfterSeparator;
                    break;

                case State.AfterSeparator when bytes[0] == RecordSeparator:
                    _stream.WriteByte(RecordSeparator);
                    wroteOutput = true;
                    bytes = bytes[1..];
                    _state = State.Text;
                    break;

                case State.AfterSeparator when bytes[0] is ConsoleFraming.ToOutput or ConsoleFraming.ToError or ConsoleFraming.ToTerminal:
                    _stream.Flush();
                    _stream = bytes[0] switch
                    {
                        ConsoleFraming.ToError => _errors,
                        ConsoleFraming.ToTerminal => _terminal,
                        _ => _output,
                    };
                    bytes = bytes[1..];
                    _state = State.Text;
                    break;

                case State.AfterSeparator when bytes[0] == ConsoleFraming.Listening:
                    IsListening = true;
                    bytes = bytes[1..];
                    _state = State.Text;
                    break;

                case State.AfterSeparator:
                    _state = State.Record;
                    break;

                default:
                    int end = bytes.IndexOf(LineFeed);
                    _record.AddRange(end < 0 ? bytes : bytes[..end]);
                    bytes = end < 0 ? [] : bytes[(end + 1)..];
                    if (end >= 0)
                        EndRecord();
                    else if (_record.Count > LongestRecord)
                        FlushRecord();
                    break;
            }
        }

        if (wroteOutput)
            _stream.Flush();
    }

    /// <summary>The line is closed: an unfinished record is passed on, ended with LF.</summary>
    public void Complete()
    {
        if (_state == State.Record && _record.Count > 0)
        {
            _record.Add(LineFeed);
            FlushRecord();
        }

        _state = State.Text;
        _stream.Flush();
        records.Flush();
    }

    private void EndRecord()
    {
        _state = State.Text;
        if (TryReadExit(out int status))
        {
            ExitStatus = status;
            _record.Clear();
            return;
        }

        _record.Add(LineFeed);
        FlushRecord();
    }

    private void FlushRecord()
    {
        records.Write(_record.ToArray());
        records.Flush();
        _record.Clear();
    }

    private bool TryReadExit(out int status)
    {
        ReadOnlySpan<byte> record = CollectionsMarshal.AsSpan(_record);
        status = 0;
        if (!record.StartsWith(ExitPrefix))
            return false;
        ReadOnlySpan<byte> digits = record[ExitPrefix.Length..];
        if (digits.Length is 0 or > 3)
            return false;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            status = (status * 10) + digit - '0';
        }

        return status <= 255;
    }
}
