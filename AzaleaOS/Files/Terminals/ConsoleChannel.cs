using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Files.Terminals;

/// <summary>The console's line as the launcher uses it: input for the terminal or for a pipe, ends of input, window sizes.</summary>
internal static unsafe class ConsoleChannel
{
    private const int SignalWindowChange = 28;
    private const uint MostDigits = 5;

    private static ConsoleInput s_terminal;
    private static ConsoleInput s_pipe;
    private static bool s_feedsPipe;
    private static WindowSize s_size;
    private static FramingState s_state;
    private static uint s_columns;
    private static uint s_number;
    private static uint s_digits;

    private enum FramingState : byte
    {
        Text,
        AfterSeparator,
        Columns,
        Rows,
    }

    /// <summary>The lock of everything here and of the terminal's state. A <see cref="SpinLock"/>.</summary>
    internal static SpinLock Lock;

    /// <summary>Whether there is a terminal.</summary>
    internal static bool HasTerminal { get; private set; }

    /// <summary>Gives the next byte of the line, if there is one. For one caller at a time: the lock's holder.</summary>
    internal static delegate*<out byte, bool> TakeByte { get; set; }

    /// <summary>Tells the line's driver that there is room again.</summary>
    internal static delegate*<void> Continue { get; set; }

    /// <summary>Sends a signal to the foreground process; null where nobody can take one yet.</summary>
    internal static delegate*<int, void> SendSignal { get; set; }

    /// <summary>What is typed.</summary>
    internal static ConsoleInput* Terminal => (ConsoleInput*)Unsafe.AsPointer(ref s_terminal);

    /// <summary>The launcher's standard input where that is no terminal.</summary>
    internal static ConsoleInput* Pipe => (ConsoleInput*)Unsafe.AsPointer(ref s_pipe);

    /// <summary>The terminal's size. Under the lock.</summary>
    internal static WindowSize Size
    {
        get => s_size;
        set => s_size = value;
    }

    /// <summary>Starts anew.</summary>
    /// <param name="streams">What the program's streams lead to.</param>
    /// <param name="size">The terminal's size.</param>
    internal static void Initialize(in StandardStreams streams, WindowSize size)
    {
        s_terminal.Waiters = s_pipe.Waiters = default;
        s_terminal.Line.Initialize(&Show);
        s_pipe.Line.Initialize(&Show);

        // Bytes as they are, and a read gives what there is.
        TerminalSettings raw = default;
        raw.Characters[TerminalCharacter.Minimum] = 1;
        s_pipe.Line.Settings = raw;
        s_size = size;
        s_state = FramingState.Text;
        HasTerminal = streams.Input == StreamKind.Terminal || streams.Output == StreamKind.Terminal || streams.Error == StreamKind.Terminal;
        s_feedsPipe = streams.Input == StreamKind.Pipe;

        // Somebody else's input comes by the line: nobody types.
        s_terminal.HasEnded = streams.Input != StreamKind.Terminal;
        s_pipe.HasEnded = !s_feedsPipe;
    }

    /// <summary>Takes what the line has for as long as there is room, and wakes those who wait for it.</summary>
    /// <remarks>Called when the line interrupts and when somebody has read.</remarks>
    internal static void Pump()
    {
        ulong signals = 0;
        bool took = false;
        Lock.Enter();
        bool wasStopped = s_terminal.Line.IsStopped;
        while (CanReceive && TakeByte(out byte value))
        {
            took = true;
            signals |= 1UL << Receive(value);
        }

        bool goesOn = wasStopped && !s_terminal.Line.IsStopped;
        bool hasRoom = CanReceive;
        Lock.Exit();
        if (took || goesOn)
        {
            s_terminal.Waiters.Wake();
            s_pipe.Waiters.Wake();
            for (int signal = 1; signals >> signal != 0; signal++)
            {
                if ((signals >> signal & 1) != 0)
                {
                    Signal(signal);
                }
            }
        }

        if (took && hasRoom)
        {
            Continue();
        }
    }

    /// <summary>Sets the terminal's size; a change is told to the program.</summary>
    internal static void Resize(WindowSize size)
    {
        Lock.Enter();
        bool isNew = s_size.Rows != size.Rows || s_size.Columns != size.Columns || s_size.Width != size.Width || s_size.Height != size.Height;
        s_size = size;
        Lock.Exit();
        if (isNew)
        {
            Signal(SignalWindowChange);
        }
    }

    private static void Signal(int signal)
    {
        if (SendSignal != null)
        {
            SendSignal(signal);
        }
    }

    private static void Show(byte* bytes, int length) => ConsoleFile.Output(bytes, length, ConsoleFraming.ToTerminal);

    private static ConsoleInput* Target => s_feedsPipe ? Pipe : Terminal;

    // A separator that turns out to be none may bring two bytes.
    private static bool CanReceive => Target->Line.CanReceive && (s_state != FramingState.AfterSeparator || Target->Line.Buffer.Count < LineBuffer.Capacity - 2);

    private static int Receive(byte value)
    {
        switch (s_state)
        {
            case FramingState.Text:
                if (value != ConsoleFraming.Separator)
                {
                    return Target->Line.Receive(value);
                }

                s_state = FramingState.AfterSeparator;
                return 0;
            case FramingState.AfterSeparator:
                return ReceiveCommand(value);
            default:
                return ReceiveSize(value);
        }
    }

    private static int ReceiveCommand(byte value)
    {
        s_state = FramingState.Text;
        switch (value)
        {
            case ConsoleFraming.Separator:
                return Target->Line.Receive(value);
            case ConsoleFraming.EndOfInput:
                Target->HasEnded = true;
                return 0;
            case ConsoleFraming.WindowChange:
                s_state = FramingState.Columns;
                s_number = s_digits = 0;
                return 0;
            default:
                int signal = Target->Line.Receive(ConsoleFraming.Separator);
                int second = Target->Line.Receive(value);
                return second != 0 ? second : signal;
        }
    }

    private static int ReceiveSize(byte value)
    {
        if (value is >= (byte)'0' and <= (byte)'9' && s_digits < MostDigits)
        {
            s_number = (s_number * 10) + value - '0';
            s_digits++;
            return 0;
        }

        bool isComplete = s_digits != 0 && s_number <= ushort.MaxValue && value == (s_state == FramingState.Columns ? (byte)'x' : (byte)'\n');
        if (isComplete && s_state == FramingState.Columns)
        {
            s_columns = s_number;
            s_number = s_digits = 0;
            s_state = FramingState.Rows;
            return 0;
        }

        s_state = FramingState.Text;
        if (!isComplete)
        {
            return 0;
        }

        bool isNew = s_size.Columns != s_columns || s_size.Rows != s_number;
        s_size = new WindowSize { Columns = (ushort)s_columns, Rows = (ushort)s_number };
        return isNew && HasTerminal ? SignalWindowChange : 0;
    }
}
