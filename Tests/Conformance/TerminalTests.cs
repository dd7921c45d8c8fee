using System.Diagnostics;
using System.Text;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Conformance;

/// <summary>Standard input, output and error, as a terminal and as pipes, are to a program what they are on Linux.</summary>
public sealed class TerminalTests(SampleTree tree) : IClassFixture<SampleTree>
{
    [Fact]
    public void A_terminal_has_the_settings_and_answers_of_one_of_Linux()
    {
        string program = tree.AddProgram("terminal", "-static");
        using Process script = Process.Start(new ProcessStartInfo("script", ["-qec", $"stty rows 33 cols 101; {program} describe", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        script.StandardInput.Close();
        string linux = script.StandardOutput.ReadToEnd();

        MachineResult here = tree.Run(new MachineDescription(), ["stdio=ttt", "tty=101x33"], program, "describe");
        Assert.Equal(linux, here.Output);
        Assert.Contains("isatty 1", linux);
    }

    [Theory]
    [InlineData("one\rtwo\u007f\u007fhree\r\u0004", "line 4: 6f 6e 65 0a", "line 6: 74 68 72 65 65 0a", "end 0:")]
    [InlineData("part\u0004\u0004", "line 4: 70 61 72 74", "end 0:")]
    public void Lines_are_edited_and_end_with_return_or_the_end_of_the_input(string typed, params string[] expected)
    {
        // The echo, which may come in between, is compared with Linux's on the host.
        string output = Type([typed], "read");
        int at = 0;
        foreach (string line in expected)
        {
            at = output.IndexOf(line + "\r\n", at, StringComparison.Ordinal);
            Assert.True(at >= 0, output);
        }
    }

    [Theory]
    [InlineData("30", "8", "raw 3: 61 62 63\nraw 3: 64 65 66\n", "abc", "def")]
    [InlineData("40", "8", "raw 4: 03 0d 04 7f\nraw 4: 77 78 79 7a\n", "\u0003\r\u0004\u007f", "wxyz")]
    [InlineData("01", "8", "raw 0:\nraw 0:\n")]
    [InlineData("31", "8", "raw 2: 61 62\nraw 1: 63\n", "ab", "c")]
    [InlineData("10", "8", "raw 3: 1b 5b 41\nraw 6: 1b 5b 31 3b 35 43\n", "\u001b[A", "\u001b[1;5C")]
    public void Without_editing_a_read_takes_what_VMIN_and_VTIME_say(string settings, string room, string expected, params string[] pieces)
        => Assert.Equal("ready\n" + expected, Type(pieces, settings, room).Replace("\r", "", StringComparison.Ordinal));

    [Fact]
    public void A_pipe_of_any_bytes_arrives_as_it_is_with_its_end()
    {
        byte[] bytes = new byte[200_000];
        new Random(7).NextBytes(bytes);
        bytes.AsSpan(1000, 50).Fill(0x1e);
        string[] words = [SampleTree.Busybox, "md5sum", "-"];
        using var output = new MemoryStream();
        int status = Run(["stdio=ppp"], new MachineStreams { Output = output, Input = ConsoleInput.From(new MemoryStream(bytes)) }, words);
        Assert.Equal(0, status);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(bytes)) + "  -\n", Encoding.ASCII.GetString(output.ToArray()));
    }

    [Fact]
    public void Standard_error_goes_its_own_way_and_output_is_not_touched()
    {
        using var output = new MemoryStream();
        using var errors = new MemoryStream();
        Run(["stdio=ppp"], new MachineStreams { Output = output, Errors = errors, Input = ConsoleInput.From(Stream.Null) }, SampleTree.Busybox, "cat", "files/missing", "files/bytes", "files/missing");
        Assert.Equal(File.ReadAllBytes(Path.Combine(tree.Root, "files/bytes")), output.ToArray());
        Assert.Equal("cat: can't open 'files/missing': No such file or directory\ncat: can't open 'files/missing': No such file or directory\n", Encoding.ASCII.GetString(errors.ToArray()));
    }

    [Fact]
    public void The_window_s_size_follows_that_of_the_launcher()
    {
        using var output = new MemoryStream();
        Run(
            ["stdio=tpp", "tty=80x25"],
            new MachineStreams
            {
                Output = output,
                Input = line =>
                {
                    var input = new ConsoleInput(line);
                    input.Resize(132, 43);
                    input.Write("\r"u8);
                },
            },
            SampleTree.Busybox, "sh", "-c", "read x; stty size");
        Assert.Equal("43 132\n", Encoding.ASCII.GetString(output.ToArray()).Replace("\r\n", "", StringComparison.Ordinal));
    }

    private string Type(string[] pieces, params string[] arguments)
    {
        using var ready = new ManualResetEventSlim();
        using var output = new WatchedStream("ready", ready);
        MachineStreams streams = new()
        {
            Output = output,
            Input = line =>
            {
                ready.Wait();
                var input = new ConsoleInput(line);
                foreach (string piece in pieces)
                {
                    Thread.Sleep(700);
                    input.Write(Encoding.Latin1.GetBytes(piece));
                }
            },
        };
        Assert.Equal(0, Run(["stdio=ttt", "tty=80x25"], streams, [tree.AddProgram("terminal", "-static"), .. arguments]));
        return Encoding.Latin1.GetString(output.ToArray());
    }

    private int Run(string[] options, MachineStreams streams, params string[] words) => tree.Run(new MachineDescription(), options, streams, words).Status;

    /// <summary>Says when a word was written.</summary>
    private sealed class WatchedStream(string word, ManualResetEventSlim seen) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer);
            if (Encoding.Latin1.GetString(ToArray()).Contains(word, StringComparison.Ordinal))
                seen.Set();
        }
    }
}
