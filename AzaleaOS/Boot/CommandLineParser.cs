using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Boot;

/// <summary>Splits the kernel command line into options and the program's argv.</summary>
/// <remarks>
/// <c>verbose cores=wait -- /bin/busybox sha256sum /etc/os-release</c>. Words are separated by spaces
/// or tabs. Double quotes keep separators inside a word and may begin anywhere in it; a backslash
/// before a backslash or a quote of either kind stands for that character, in and out of quotes,
/// which is how GRUB hands words on; before anything else it is itself. The words are written back
/// over the text, each ended by a zero byte: a word is never longer than what it was written as.
/// </remarks>
internal static unsafe class CommandLineParser
{
    private const int MaxCores = 4096;
    private const int MaxPollMicroseconds = 1_000_000;

    /// <summary>Parses the command line of a <see cref="BootInfo"/> in place. The info must be a static: the options point into it.</summary>
    internal static CommandLineError Parse(ref BootInfo info, out KernelOptions options)
    {
        Span<byte> buffer = info.CommandLine;
        fixed (byte* text = buffer)
        {
            return Parse(text, info.CommandLineLength, out options);
        }
    }

    /// <summary>Parses in place.</summary>
    /// <param name="text">The command line. Must stay where it is as long as the options are used.</param>
    /// <param name="length">Bytes of it; the buffer holds one byte more. A zero byte ends the text early.</param>
    /// <param name="options">What was found.</param>
    internal static CommandLineError Parse(byte* text, int length, out KernelOptions options)
    {
        options = default;
        byte* next = text;
        byte* end = text + length;
        byte* free = text;
        byte* firstOption = text;
        byte* firstArgument = null;
        int optionCount = 0;
        int argumentCount = 0;
        while (true)
        {
            while (next < end && IsSpace(*next))
            {
                next++;
            }

            if (next >= end || *next == 0)
            {
                break;
            }

            bool isSeparator = firstArgument == null
                && end - next >= 2 && next[0] == '-' && next[1] == '-'
                && (end - next == 2 || next[2] == 0 || IsSpace(next[2]));
            if (isSeparator)
            {
                next += 2;
                firstArgument = free;
                continue;
            }

            if (!TakeWord(ref next, end, ref free, out ByteString word))
            {
                options.Culprit = word;
                return CommandLineError.OpenQuote;
            }

            if (firstArgument != null)
            {
                argumentCount++;
                continue;
            }

            optionCount++;
            CommandLineError error = Apply(word, ref options);
            if (error is not CommandLineError.None)
            {
                options.Culprit = word;
                return error;
            }
        }

        options.Environment = new WordList(firstOption, optionCount, EnvironmentPrefix);
        options.Arguments = new WordList(firstArgument, argumentCount);
        return CommandLineError.None;
    }

    private static ByteString EnvironmentPrefix
    {
        get
        {
            // Constant data: it does not move.
            fixed (byte* prefix = "env="u8)
            {
                return new ByteString(prefix, 4);
            }
        }
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t';

    private static bool TakeWord(ref byte* next, byte* end, ref byte* free, out ByteString word)
    {
        byte* from = next;
        byte* to = free;
        bool isQuoted = false;
        while (from < end && *from != 0 && (isQuoted || !IsSpace(*from)))
        {
            byte value = *from++;
            if (value == '"')
            {
                isQuoted = !isQuoted;
                continue;
            }

            if (value == '\\' && from < end && *from is (byte)'\\' or (byte)'"' or (byte)'\'')
            {
                value = *from++;
            }

            *to++ = value;
        }

        word = new ByteString(free, (int)(to - free));

        // The separator, or the byte after the text, becomes the terminator.
        next = from + (from < end && *from != 0 ? 1 : 0);
        *to = 0;
        free = to + 1;
        return !isQuoted;
    }

    // Each option's name with a space behind it; the first are flags, the others have values. Their places are the Option's.
    private static ReadOnlySpan<byte> OptionNames => "verbose trace bootstat env cwd cpus cores exit tty stdio test poll pages "u8;

    private enum Option
    {
        Unknown = -1,
        Verbose,
        Trace,
        BootStatistics,
        Environment,
        WorkingDirectory,
        Cpus,
        Cores,
        Exit,
        Terminal,
        Streams,
        Test,
        Poll,
        Pages,
    }

    private static CommandLineError Apply(ByteString word, ref KernelOptions options)
    {
        ReadOnlySpan<byte> text = word.Span;
        int equals = text.IndexOf((byte)'=');
        Option option = (Option)Find(OptionNames, equals < 0 ? text : text[..equals]);
        if (option == Option.Unknown)
        {
            return CommandLineError.UnknownOption;
        }

        bool isRight = (equals < 0) == (option <= Option.BootStatistics) && TryApply(option, word.From(equals + 1), ref options);
        return isRight ? CommandLineError.None : CommandLineError.BadValue;
    }

    private static bool TryApply(Option option, ByteString value, ref KernelOptions options)
    {
        switch (option)
        {
            case Option.Verbose:
                return options.Verbose = true;
            case Option.Trace:
                return options.Trace = true;
            case Option.BootStatistics:
                return options.BootStatistics = true;
            case Option.Cpus:
                return TryParseNumber(value.Span, MaxCores, out options.Cores) && options.Cores >= 1;
            case Option.Cores:
                return options.WaitForCores = value.Span.SequenceEqual("wait"u8);
            case Option.Exit:
                options.Exit = (ExitMethod)Find("auto debug bochs acpi "u8, value.Span);
                return options.Exit >= ExitMethod.Auto;
            case Option.Environment:
                // A name, then '='.
                return value.Span.IndexOf((byte)'=') > 0;
            case Option.WorkingDirectory:
                options.WorkingDirectory = value;
                return !value.IsEmpty && *value.Pointer == '/';
            case Option.Terminal:
                return TryParseSize(value.Span, out options.Terminal);
            case Option.Streams:
                return TryParseStreams(value.Span, out options.Streams);
            case Option.Test:
                options.Test = value;
                return !value.IsEmpty;
            case Option.Poll:
                return TryParseNumber(value.Span, MaxPollMicroseconds, out options.PollMicroseconds) && options.PollMicroseconds >= 1;
            default:
                options.Pages = (PopulateMode)(Find("eager lazy "u8, value.Span) + (int)PopulateMode.Eager);
                return options.Pages != PopulateMode.Automatic;
        }
    }

    /// <summary>The place of a word in a list with a space behind each; -1 if it is not there.</summary>
    private static int Find(ReadOnlySpan<byte> words, ReadOnlySpan<byte> word)
    {
        for (int place = 0; !words.IsEmpty; place++)
        {
            int length = words.IndexOf((byte)' ');
            if (word.SequenceEqual(words[..length]))
            {
                return place;
            }

            words = words[(length + 1)..];
        }

        return -1;
    }

    // COLUMNSxROWS, as a user says it.
    private static bool TryParseSize(ReadOnlySpan<byte> value, out WindowSize size)
    {
        size = default;
        int cross = value.IndexOf((byte)'x');
        if (cross < 0)
        {
            return false;
        }

        bool areNumbers = TryParseNumber(value[..cross], ushort.MaxValue, out int columns) & TryParseNumber(value[(cross + 1)..], ushort.MaxValue, out int rows);
        size.Columns = (ushort)columns;
        size.Rows = (ushort)rows;
        return areNumbers;
    }

    // Digits, and nothing else. The class library's parser is two kilobytes of code.
    private static bool TryParseNumber(ReadOnlySpan<byte> text, int most, out int number)
    {
        number = 0;
        foreach (byte letter in text)
        {
            int digit = letter - '0';
            if (digit is < 0 or > 9 || number > (most - digit) / 10)
            {
                return false;
            }

            number = (number * 10) + digit;
        }

        return !text.IsEmpty;
    }

    private static bool TryParseStreams(ReadOnlySpan<byte> value, out StandardStreams streams)
    {
        streams = default;
        return value.Length == 3
            && TryParseStream(value[0], out streams.Input)
            && TryParseStream(value[1], out streams.Output)
            && TryParseStream(value[2], out streams.Error);
    }

    private static bool TryParseStream(byte letter, out StreamKind kind)
    {
        kind = letter switch
        {
            (byte)'t' => StreamKind.Terminal,
            (byte)'p' => StreamKind.Pipe,
            _ => StreamKind.Console,
        };
        return letter is (byte)'t' or (byte)'p' or (byte)'c';
    }
}
