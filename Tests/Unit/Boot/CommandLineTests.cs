using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Boot;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Boot;

public sealed unsafe class CommandLineTests
{
    [Fact]
    public void Options_and_argv_are_told_apart()
    {
        Parsed parsed = Parse("verbose trace  bootstat\tcpus=12 cores=wait exit=bochs cwd=/tmp test=null-write env=A=1 env=\"B=x y\" -- /bin/busybox awk \"{ print \\\"a\\\\\\\" }\" --");
        Assert.Equal(CommandLineError.None, parsed.Error);
        Assert.True(parsed.Options is { Verbose: true, Trace: true, BootStatistics: true, WaitForCores: true });
        Assert.Equal((12, ExitMethod.Bochs), (parsed.Options.Cores, parsed.Options.Exit));
        Assert.Equal(("/tmp", "null-write"), (parsed.WorkingDirectory, parsed.Test));
        Assert.Equal(["A=1", "B=x y"], parsed.Environment);
        Assert.Equal(["/bin/busybox", "awk", "{ print \"a\\\" }", "--"], parsed.Arguments);
    }

    [Fact]
    public void The_launcher_says_what_is_a_terminal_and_how_large_it_is()
    {
        KernelOptions options = Parse("stdio=tpc tty=101x33").Options;
        Assert.Equal((StreamKind.Terminal, StreamKind.Pipe, StreamKind.Console), (options.Streams.Input, options.Streams.Output, options.Streams.Error));
        Assert.Equal((101, 33), (options.Terminal.Columns, options.Terminal.Rows));
        Assert.Equal(default, Parse("").Options.Streams);
    }

    [Theory]
    [InlineData("", PopulateMode.Automatic)]
    [InlineData("pages=eager", PopulateMode.Eager)]
    [InlineData("pages=lazy", PopulateMode.Lazy)]
    public void When_pages_get_their_frames_can_be_said(string text, PopulateMode expected) => Assert.Equal(expected, Parse(text).Options.Pages);

    [Theory]
    [InlineData("", 0)]
    [InlineData("poll=1", 1)]
    [InlineData("poll=1000000", 1_000_000)]
    public void How_long_a_thread_looks_for_an_answer_of_the_peer_can_be_said(string text, int microseconds)
        => Assert.Equal((CommandLineError.None, microseconds), (Parse(text).Error, Parse(text).Options.PollMicroseconds));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("--")]
    [InlineData(" -- ")]
    public void An_empty_command_line_is_valid(string text)
    {
        Parsed parsed = Parse(text);
        Assert.Equal(CommandLineError.None, parsed.Error);
        Assert.Empty(parsed.Arguments);
        Assert.Empty(parsed.Environment);
        Assert.Equal(ExitMethod.Auto, parsed.Options.Exit);
    }

    [Theory]
    [InlineData("verbos", "verbos", nameof(CommandLineError.UnknownOption))]
    [InlineData("verbose --x=y", "--x=y", nameof(CommandLineError.UnknownOption))]
    [InlineData("\"--\"", "--", nameof(CommandLineError.UnknownOption))]
    [InlineData("=", "=", nameof(CommandLineError.UnknownOption))]
    [InlineData("\"\"", "", nameof(CommandLineError.UnknownOption))]
    [InlineData("verbose=1", "verbose=1", nameof(CommandLineError.BadValue))]
    [InlineData("cpus", "cpus", nameof(CommandLineError.BadValue))]
    [InlineData("poll=0", "poll=0", nameof(CommandLineError.BadValue))]
    [InlineData("poll=1000001", "poll=1000001", nameof(CommandLineError.BadValue))]
    [InlineData("poll=5us", "poll=5us", nameof(CommandLineError.BadValue))]
    [InlineData("cpus=0", "cpus=0", nameof(CommandLineError.BadValue))]
    [InlineData("cpus=-1", "cpus=-1", nameof(CommandLineError.BadValue))]
    [InlineData("cpus=4097", "cpus=4097", nameof(CommandLineError.BadValue))]
    [InlineData("cpus=4x", "cpus=4x", nameof(CommandLineError.BadValue))]
    [InlineData("cpus=99999999999999999999", "cpus=99999999999999999999", nameof(CommandLineError.BadValue))]
    [InlineData("cores=4", "cores=4", nameof(CommandLineError.BadValue))]
    [InlineData("stdio", "stdio", nameof(CommandLineError.BadValue))]
    [InlineData("stdio=tt", "stdio=tt", nameof(CommandLineError.BadValue))]
    [InlineData("stdio=ttx", "stdio=ttx", nameof(CommandLineError.BadValue))]
    [InlineData("tty=80", "tty=80", nameof(CommandLineError.BadValue))]
    [InlineData("tty=80x", "tty=80x", nameof(CommandLineError.BadValue))]
    [InlineData("tty=80x99999", "tty=80x99999", nameof(CommandLineError.BadValue))]
    [InlineData("pages", "pages", nameof(CommandLineError.BadValue))]
    [InlineData("pages=", "pages=", nameof(CommandLineError.BadValue))]
    [InlineData("pages=automatic", "pages=automatic", nameof(CommandLineError.BadValue))]
    [InlineData("exit=now", "exit=now", nameof(CommandLineError.BadValue))]
    [InlineData("env=A", "env=A", nameof(CommandLineError.BadValue))]
    [InlineData("env==A", "env==A", nameof(CommandLineError.BadValue))]
    [InlineData("cwd=tmp", "cwd=tmp", nameof(CommandLineError.BadValue))]
    [InlineData("cwd=", "cwd=", nameof(CommandLineError.BadValue))]
    [InlineData("test=", "test=", nameof(CommandLineError.BadValue))]
    [InlineData("-- \"a b", "a b", nameof(CommandLineError.OpenQuote))]
    [InlineData("verbose\"", "verbose", nameof(CommandLineError.OpenQuote))]
    public void A_wrong_word_is_named(string text, string culprit, string expected)
    {
        Parsed parsed = Parse(text);
        Assert.Equal((expected, culprit), (parsed.Error.ToString(), parsed.Culprit));
    }

    [Fact]
    public void A_zero_byte_ends_the_text()
        => Assert.Equal(["a"], Parse("-- a\0 b").Arguments);

    [Property(MaxTest = 1000)]
    public void Any_words_come_back_as_they_were_quoted(string[] words)
    {
        string[] given = [.. words.Select(word => (word ?? string.Empty).Replace("\0", "", StringComparison.Ordinal))];
        string text = "-- " + string.Join(' ', given.Select(word => '"' + word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"'));
        string[] expected = [.. given.Select(word => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(word)))];
        Assert.Equal(expected, Parse(text).Arguments);
    }

    [Property(MaxTest = 2000)]
    public void Any_bytes_are_parsed_or_refused(byte[] bytes)
    {
        byte[] buffer = [.. bytes, 0xee, 0xee];
        fixed (byte* text = buffer)
        {
            CommandLineError error = CommandLineParser.Parse(text, bytes.Length, out KernelOptions options);
            Assert.False(CommandLineErrors.Describe(error).IsEmpty);
            Assert.Equal(0xee, buffer[^1]);
            int count = 0;
            foreach (ByteString word in options.Arguments)
            {
                Assert.InRange((long)(word.Pointer - text), 0, bytes.Length);
                count++;
            }

            Assert.Equal(options.Arguments.Count, count);
        }
    }

    private sealed record Parsed(CommandLineError Error, KernelOptions Options, string Culprit, string WorkingDirectory, string Test, string[] Environment, string[] Arguments);

    private static Parsed Parse(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] buffer = [.. bytes, 0xcc];
        fixed (byte* pointer = buffer)
        {
            CommandLineError error = CommandLineParser.Parse(pointer, bytes.Length, out KernelOptions options);
            return new Parsed(error, options, Text(options.Culprit), Text(options.WorkingDirectory), Text(options.Test), Words(options.Environment), Words(options.Arguments));
        }
    }

    private static string Text(ByteString text) => Encoding.UTF8.GetString(text.Span);

    private static string[] Words(WordList list)
    {
        List<string> words = [];
        foreach (ByteString word in list)
        {
            Assert.Equal(0, word.Pointer[word.Length]);
            words.Add(Text(word));
        }

        return [.. words];
    }
}
