using System.Globalization;
using System.Text;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files.Terminals;

namespace AzaleaOS.Tests.Unit.Terminals;

/// <summary>Our line discipline shows and gives what Linux's does.</summary>
public sealed unsafe class LineDisciplineTests
{
    private static readonly List<byte> s_shown = [];

    [Fact]
    public void A_terminal_begins_with_the_settings_of_Linux()
    {
        using PseudoTerminal linux = new();
        TerminalSettings theirs = linux.Settings;
        TerminalSettings ours = TerminalSettings.Default;
        Assert.Equal(new ReadOnlySpan<byte>(&theirs, sizeof(TerminalSettings)).ToArray(), new ReadOnlySpan<byte>(&ours, sizeof(TerminalSettings)).ToArray());
        Assert.Equal(44, sizeof(TerminalSettings));
    }

    [Theory]
    [InlineData("hello\r")]
    [InlineData("hellp\u007fo\rworld\r")]
    [InlineData("one two  three\u0017\u0017x\r")]
    [InlineData("a\tb\tc\u007f\u007f\u007f\u007fd\r")]
    [InlineData("abc\u0015def\r")]
    [InlineData("abc\u0004def\u0004\u0004")]
    [InlineData("abc\u0012\u0012d\r")]
    [InlineData("a\u0016\u0003b\u0016\u007f\u007fc\r")]
    [InlineData("lost\u0003kept\r")]
    [InlineData("lost\u001c\u001akept\r")]
    [InlineData("x\u0013y\u0011z\r")]
    [InlineData("a\0b\r")]
    public void Typing_is_shown_and_read_as_on_Linux(string typed) => Compare(TerminalSettings.Default, Encoding.Latin1.GetBytes(typed), 4096);

    [Fact]
    public void Whatever_is_typed_with_whatever_settings_is_shown_and_read_as_on_Linux()
    {
        const int Rounds = 400;
        int seed = int.TryParse(Environment.GetEnvironmentVariable("AZALEA_SEED"), CultureInfo.InvariantCulture, out int wanted) ? wanted : 1;
        for (int round = 0; round < Rounds; round++)
        {
            Random random = new(seed + round);
            TerminalSettings settings = RandomSettings(random);
            byte[] typed = RandomKeys(random, random.Next(1, 60));
            try
            {
                Compare(settings, typed, random.Next(3) switch { 0 => 1, 1 => random.Next(1, 12), _ => 4096 });
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"seed {seed + round}: input {settings.Input}, output {settings.Output}, local {settings.Local}, typed {Show(typed)}", e);
            }
        }
    }

    [Fact]
    public void A_line_that_is_too_long_keeps_its_end()
    {
        byte[] typed = [.. Enumerable.Range(0, 5000).Select(i => (byte)('a' + (i % 26))), (byte)'\r'];
        TerminalSettings silent = TerminalSettings.Default;
        silent.Local &= ~TerminalLocal.Echo;
        Compare(silent, typed, 4096);
    }

    [Fact]
    public void Written_bytes_are_shown_as_on_Linux()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            TerminalSettings settings = RandomSettings(random);
            byte[] text = RandomKeys(random, 80);
            using PseudoTerminal linux = new();
            linux.Settings = settings;
            linux.Write(text);
            LineDiscipline ours = default;
            Start(ref ours, settings);
            ours.Write(text);
            Assert.Equal(Show([.. s_shown]), Show(linux.Shown(s_shown.Count)));
        }
    }

    [Fact]
    public void Keys_that_mean_signals_say_so()
    {
        LineDiscipline ours = default;
        Start(ref ours, TerminalSettings.Default);
        Assert.Equal((2, 3, 20, 0), (ours.Receive(3), ours.Receive(28), ours.Receive(26), ours.Receive((byte)'a')));
        ours.Settings.Local &= ~TerminalLocal.Signals;
        Assert.Equal(0, ours.Receive(3));
    }

    [Theory]
    [InlineData(1, 0, 1, true)]
    [InlineData(5, 0, 4, false)]
    [InlineData(5, 0, 5, true)]
    [InlineData(5, 1, 1, true)]
    [InlineData(0, 0, 0, false)]
    [InlineData(0, 0, 1, true)]
    public void Poll_waits_for_as_many_bytes_as_VMIN_says_unless_there_is_a_time(byte minimum, byte time, int bytes, bool isReady)
    {
        LineDiscipline ours = default;
        TerminalSettings raw = default;
        raw.Characters[TerminalCharacter.Minimum] = minimum;
        raw.Characters[TerminalCharacter.Time] = time;
        Start(ref ours, raw);
        for (int i = 0; i < bytes; i++)
            ours.Receive((byte)'x');
        Assert.Equal(isReady, ours.HasInput(forPoll: true));
    }

    [Fact]
    public void Without_editing_the_sender_waits_when_nobody_reads_and_nothing_is_lost()
    {
        LineDiscipline ours = default;
        TerminalSettings raw = default;
        raw.Characters[TerminalCharacter.Minimum] = 1;
        Start(ref ours, raw);
        int sent = 0;
        while (ours.CanReceive)
            ours.Receive((byte)sent++);
        Assert.Equal((int)LineBuffer.Capacity - 1, sent);
        ours.Buffer.Take(1);
        Assert.True(ours.CanReceive);
    }

    private static void Compare(TerminalSettings settings, byte[] typed, int room)
    {
        using PseudoTerminal linux = new();
        linux.Settings = settings;
        LineDiscipline ours = default;
        Start(ref ours, settings);
        for (int at = 0; at < typed.Length;)
        {
            // A signal throws away what Linux's terminal has not shown yet: with ours there is no such thing.
            int length = typed.AsSpan(at + 1).IndexOfAny<byte>([3, 28, 26, 0x83, 0x9c, 0x9a]) + 1;
            ReadOnlySpan<byte> keys = typed.AsSpan(at, length == 0 ? typed.Length - at : length);
            linux.Type(keys);
            foreach (byte key in keys)
            {
                Assert.True(ours.CanReceive);
                ours.Receive(key);
            }

            Assert.Equal(Show([.. s_shown]), Show(linux.Shown(s_shown.Count)));
            s_shown.Clear();
            at += keys.Length;
        }

        bool isCanonical = (settings.Local & TerminalLocal.Canonical) != 0;
        int available = (int)(isCanonical ? ours.Buffer.CountLines() : ours.Buffer.Count);
        Assert.Equal(available, linux.Available(available));
        while (true)
        {
            byte[]? mine = Read(ref ours, room);
            byte[]? theirs = linux.Read(room, waits: mine is not null);
            Assert.Equal(mine is null ? "nothing" : Show(mine), theirs is null ? "nothing" : Show(theirs));
            if (mine is null)
                break;
        }
    }

    private static byte[]? Read(ref LineDiscipline ours, int room)
    {
        uint bytes, taken;
        if ((ours.Settings.Local & TerminalLocal.Canonical) != 0)
            ours.Buffer.MeasureLine((uint)room, out bytes, out taken);
        else
            bytes = taken = Math.Min((uint)room, ours.Buffer.Count);
        if (taken == 0)
            return null;
        byte[] read = new byte[bytes];
        fixed (byte* first = read)
            ours.Buffer.CopyTo(first, bytes);
        ours.Buffer.Take(taken);
        return read;
    }

    private static void Start(ref LineDiscipline ours, TerminalSettings settings)
    {
        s_shown.Clear();
        ours.Initialize(&Take);
        ours.Change(settings);
    }

    private static void Take(byte* bytes, int count) => s_shown.AddRange(new ReadOnlySpan<byte>(bytes, count).ToArray());

    private static TerminalSettings RandomSettings(Random random)
    {
        TerminalSettings settings = TerminalSettings.Default;
        foreach (TerminalInput flag in (TerminalInput[])[TerminalInput.MarkParity, TerminalInput.Strip, TerminalInput.NewlineToReturn, TerminalInput.IgnoreReturn,
            TerminalInput.ReturnToNewline, TerminalInput.UpperToLower, TerminalInput.Utf8])
        {
            if (random.Next(4) == 0)
                settings.Input ^= flag;
        }

        foreach (TerminalOutput flag in (TerminalOutput[])[TerminalOutput.Process, TerminalOutput.LowerToUpper, TerminalOutput.NewlineToReturnNewline,
            TerminalOutput.ReturnToNewline, TerminalOutput.NoReturnAtStart, TerminalOutput.NewlineReturns, TerminalOutput.ExpandTabs])
        {
            if (random.Next(4) == 0)
                settings.Output ^= flag;
        }

        foreach (TerminalLocal flag in (TerminalLocal[])[TerminalLocal.Signals, TerminalLocal.Canonical, TerminalLocal.Echo, TerminalLocal.EchoErase, TerminalLocal.EchoKill,
            TerminalLocal.EchoNewline, TerminalLocal.NoFlush, TerminalLocal.EchoControl, TerminalLocal.EchoErased, TerminalLocal.EchoKillErase, TerminalLocal.Extended])
        {
            if (random.Next(4) == 0)
                settings.Local ^= flag;
        }

        settings.Characters[TerminalCharacter.EndOfLine] = (byte)(random.Next(3) == 0 ? ';' : 0);
        settings.Characters[TerminalCharacter.EndOfLine2] = (byte)(random.Next(3) == 0 ? '!' : 0);
        return settings;
    }

    // Output that is held by VSTOP would not be shown by Linux's terminal, and would be by ours: flow control has its own test.
    private static byte[] RandomKeys(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(8) switch
    {
        0 => (byte)random.Next(32),
        1 => random.GetItems<byte>([3, 4, 127, 21, 23, 22, 18, 28, 26, 13, 10, 9], 1)[0],
        2 => (byte)random.Next(256),
        3 => (byte)random.Next(0xc0, 0xf8),
        4 => (byte)random.Next(0x80, 0xc0),
        5 => random.GetItems(" ;!\t_"u8.ToArray(), 1)[0],
        _ => (byte)random.Next('0', 'z'),
    }).Where(key => key is not (17 or 19 or 0x91 or 0x93))];

    private static string Show(byte[] bytes) => string.Concat(bytes.Select(b => b is >= 32 and < 127 ? ((char)b).ToString() : $"<{b:x2}>"));
}
