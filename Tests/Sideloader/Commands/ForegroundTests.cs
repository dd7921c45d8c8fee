using System.Diagnostics;
using System.Text.Json;
using AzaleaOS.Sideloader.Unikernels;
using AzaleaOS.Tests.Sideloader.Driving;
using AzaleaOS.Tests.Sideloader.Unikernels;

namespace AzaleaOS.Tests.Sideloader.Commands;

/// <summary>A program in the foreground of a terminal, and how it ended.</summary>
public sealed class ForegroundTests : IDisposable
{
    private const char Escape = (char)27;
    private const string ControlC = "\x03";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly SideloaderProcess _sideloader = new();
    private readonly string _program;

    public ForegroundTests()
    {
        _sideloader.Environment["AZALEA_IMAGE"] = Unikernel.Image("Sideloaded");
        _sideloader.Environment["TERM"] = "xterm";
        _program = Path.Combine(_sideloader.Runtime, "program");
    }

    public void Dispose() => _sideloader.Dispose();

    [Fact]
    public void A_program_knows_the_terminal_s_size_hears_of_its_change_and_of_Ctrl_C()
    {
        HostProgram.Compile("terminal", _program);
        using var terminal = new PseudoTerminal(80, 25);
        byte[] settings = terminal.Settings;
        using Process command = Start(terminal);
        terminal.WaitFor("size 80x25", command);

        terminal.Resize(101, 33);
        terminal.WaitFor("size 101x33", command);
        terminal.Type(ControlC);

        AssertEnds(9, command, terminal);
        Assert.Contains("interrupted", terminal.Shown, StringComparison.Ordinal);
        Assert.Equal(settings, terminal.Settings);
    }

    [Fact]
    public void A_program_takes_keys_one_by_one_and_the_terminal_is_given_back_as_it_was()
    {
        HostProgram.Compile("terminal", _program);
        using var terminal = new PseudoTerminal(80, 25);
        byte[] settings = terminal.Settings;
        using Process command = Start(terminal, "raw");
        terminal.WaitFor("raw", command);
        Assert.NotEqual(settings, terminal.Settings);

        terminal.Type("a" + ControlC);
        terminal.WaitFor("key 61", command);
        terminal.WaitFor("key 03", command);
        terminal.Type("q");

        AssertEnds(5, command, terminal);
        Assert.Equal(settings, terminal.Settings);
    }

    [Theory]
    [InlineData("daemon")]
    [InlineData("emulator")]
    public void When_the_daemon_or_the_machine_is_killed_the_terminal_is_given_back_as_well(string victim)
    {
        HostProgram.Compile("terminal", _program);
        using var terminal = new PseudoTerminal(80, 25);
        byte[] settings = terminal.Settings;
        using Process command = Start(terminal, "raw");
        terminal.WaitFor("raw", command);
        Assert.NotEqual(settings, terminal.Settings);

        UnikernelRecord record = new UnikernelDirectory(Directory.GetDirectories(_sideloader.State).Single()).Read();
        using (Process killed = Process.GetProcessById((victim == "daemon" ? record.Daemon : record.Emulator)!.Pid))
            killed.Kill();

        AssertEnds(125, command, terminal);
        Assert.Equal(settings, terminal.Settings);
        Assert.Empty(_sideloader.Left().Except([command.Id]));
    }

    [Fact]
    public void A_signal_that_ends_the_program_is_told_by_its_name_and_the_status_is_a_shell_s()
    {
        (int status, _, string errors) = _sideloader.Run("run", "/bin/busybox", "--accel", "tcg", "--json", "--", "sh", "-c", "kill -SEGV $$");
        Assert.Equal(139, status);
        Assert.Equal("SIGSEGV", Field(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], "signal"));

        string id = _sideloader.Succeed("start", "/bin/busybox", "--accel", "tcg", "--", "sh", "-c", "kill -USR1 $$").Trim();
        (status, string output, _) = _sideloader.Run("wait", "--json", id);
        Assert.Equal((138, "SIGUSR1"), (status, Field(output, "signal")));
        Assert.Contains("ended (SIGUSR1)", _sideloader.Succeed("ps", "-a"), StringComparison.Ordinal);
        Assert.Contains("\"signal\": \"SIGUSR1\"", _sideloader.Succeed("inspect", "--json", id), StringComparison.Ordinal);
        Assert.Contains("\"copiedByDaemon\": 0", _sideloader.Succeed("inspect", "--json", id), StringComparison.Ordinal);

        // A program that exits with such a number by itself was not ended by a signal.
        id = _sideloader.Succeed("start", "/bin/busybox", "--accel", "tcg", "--", "sh", "-c", "exit 139").Trim();
        (status, output, _) = _sideloader.Run("wait", "--json", id);
        Assert.Equal((139, null), (status, Field(output, "signal")));
    }

    [Fact]
    public void A_log_keeps_the_newest_output_and_does_not_grow_beyond_its_bound()
    {
        const int Bound = 256 << 10;
        HostProgram.Compile("lines", _program);
        string id = _sideloader.Succeed("start", _program, "--accel", "tcg", "--log-size", "256K").Trim();
        string log = Path.Combine(_sideloader.State, id, "output.log");
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < s_patience && (new FileInfo(log).Length < 400_000 * 7 || Allocated(log) > Bound + 65536))
            Thread.Sleep(100);

        Assert.InRange(Allocated(log), Bound / 2, Bound + 65536);
        string[] lines = _sideloader.Succeed("logs", id).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int first = int.Parse(lines[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(first, 400_000 - Bound / 7, 399_000);
        Assert.Equal(Enumerable.Range(first, 400_001 - first).Select(number => $"{number:D6}"), lines);
        _sideloader.Succeed("kill", id);
    }

    private static string? Field(string json, string name) => JsonDocument.Parse(json).RootElement.GetProperty(name).GetString();

    private static long Allocated(string file)
    {
        using Process du = Process.Start(new ProcessStartInfo("/usr/bin/du", ["-B1", file]) { RedirectStandardOutput = true })!;
        string output = du.StandardOutput.ReadToEnd();
        du.WaitForExit();
        return long.Parse(output.Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    // A session of its own, whose terminal it is.
    private Process Start(PseudoTerminal terminal, params string[] arguments)
    {
        string command = string.Join(' ', ["exec", "setsid", "-c", _sideloader.Program, "run", _program, "--accel", "tcg", "--", .. arguments]);
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"{command} <{terminal.Path} >{terminal.Path} 2>&1"]);
        start.Environment["XDG_RUNTIME_DIR"] = _sideloader.Runtime;
        foreach ((string name, string? value) in _sideloader.Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static void AssertEnds(int status, Process command, PseudoTerminal terminal)
    {
        bool ended = command.WaitForExit(s_patience);
        if (!ended)
            command.Kill();
        Assert.True(ended, $"the command does not end: {terminal.Shown}");
        Assert.True(status == command.ExitCode, $"status {command.ExitCode}: {terminal.Shown}");
        Assert.DoesNotContain(Escape, terminal.Shown);
    }
}
