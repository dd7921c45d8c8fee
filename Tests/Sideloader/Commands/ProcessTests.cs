using System.Diagnostics;
using System.Globalization;
using System.Text;
using AzaleaOS.Sideloader.Unikernels;
using AzaleaOS.Tests.Sideloader.Driving;
using AzaleaOS.Tests.Sideloader.Unikernels;

namespace AzaleaOS.Tests.Sideloader.Commands;

/// <summary>Command, daemon and machine as processes: none outlives the others, whoever is killed and when.</summary>
/// <remarks><c>AZALEA_KILLS</c> is how often each of them is killed; the image is that of <c>azalea run</c>, whose programs have internal files.</remarks>
public sealed class ProcessTests : IDisposable
{
    private const int Killed = 9;

    // The program "sequence".
    private const int Writers = 4;
    private const int ShortRecord = 16;
    private const int LongRecord = 20_000;

    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(2);

    private static int Kills { get; } = int.Parse(Environment.GetEnvironmentVariable("AZALEA_KILLS") ?? "2", CultureInfo.InvariantCulture);

    private readonly SideloaderProcess _sideloader = new();

    public ProcessTests() => _sideloader.Environment["AZALEA_IMAGE"] = FindImage();

    public void Dispose() => _sideloader.Dispose();

    [Theory]
    [InlineData("daemon")]
    [InlineData("emulator")]
    [InlineData("supervisor")]
    public async Task Whoever_is_killed_the_others_end_within_two_seconds_and_nothing_is_left(string victim)
    {
        var random = new Random(4);
        for (int i = 0; i < Kills; i++)
        {
            using Process command = _sideloader.Start("run", "/bin/busybox", "--accel", "tcg", "--keep", "--", "sleep", "1000");
            Task<string> errors = command.StandardError.ReadToEndAsync();
            int pid = WaitFor(victim);
            // From the first instruction of the machine to long after the boot.
            Thread.Sleep(random.Next(i % 2 == 0 ? 1500 : 30));

            Kill(pid, command);

            UnikernelRecord record = Records().Single();
            if (victim == "supervisor")
            {
                Assert.Equal(128 + Killed, command.ExitCode);
                Assert.Equal(UnikernelState.Lost, record.State);
            }
            else
            {
                string line = Assert.Single((await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries));
                Assert.Matches(victim == "daemon" ? "^sideloader: the daemon was killed by signal 9" : "^sideloader: QEMU was killed by signal 9", line);
                Assert.Equal((125, UnikernelState.Ended, (int?)125), (command.ExitCode, record.State, record.Status));
            }

            Assert.Equal(record.Id + "\n", _sideloader.Succeed("prune"));
            Assert.Empty(Directory.GetFileSystemEntries(_sideloader.State));
        }
    }

    [Theory]
    [InlineData("daemon")]
    [InlineData("emulator")]
    [InlineData("supervisor")]
    public void Whoever_is_killed_while_requests_are_in_flight_no_write_is_made_twice_and_none_is_left_out(string victim)
    {
        string root = Directory.CreateDirectory(Path.Combine(_sideloader.Runtime, "root")).FullName;
        string program = Path.Combine(_sideloader.Runtime, "sequence");
        HostProgram.Compile("sequence", program);
        var random = new Random(5);
        for (int i = 0; i < Kills; i++)
        {
            using Process command = _sideloader.Start(
                "run", program, "--image", Unikernel.Image("Sideloaded"), "--root", root, "--cpus", "2", "--accel", "tcg", "--keep");
            int pid = WaitFor(victim);
            string[] logs = [.. Enumerable.Range(0, Writers).Select(writer => Path.Combine(root, $"log{writer}"))];
            Assert.True(SpinWait.SpinUntil(() => command.HasExited || logs.All(log => File.Exists(log) && new FileInfo(log).Length > 0), s_startPatience));
            Thread.Sleep(random.Next(200));

            Kill(pid, command);

            Assert.Equal(victim == "supervisor" ? 128 + Killed : 125, command.ExitCode);
            for (int writer = 0; writer < Writers; writer++)
            {
                CheckLog(File.ReadAllBytes(logs[writer]), writer % 2 == 0 ? ShortRecord : LongRecord, isLong: writer % 2 != 0);
                File.Delete(logs[writer]);
            }

            _sideloader.Succeed("prune");
        }
    }

    [Fact]
    public void A_unikernel_in_the_background_is_listed_read_stopped_and_forgotten()
    {
        string id = _sideloader.Succeed("start", "/bin/busybox", "--accel", "tcg", "--name", "sleepy", "--", "sleep", "1000").Trim();
        Assert.Matches("^[0-9a-f]{12}$", id);
        Assert.Equal(id + "\n", _sideloader.Succeed("ps", "-q"));
        Assert.Contains("busybox sleep 1000", _sideloader.Succeed("ps"), StringComparison.Ordinal);
        Assert.Contains("\"state\": \"running\"", _sideloader.Succeed("inspect", "--json", id[..6]), StringComparison.Ordinal);
        Assert.Contains("\"cpus\": 1", _sideloader.Succeed("top", "--json", "--interval", "0.1"), StringComparison.Ordinal);
        Assert.Contains($"azalea_cores{{id=\"{id}\",name=\"sleepy\"}} 1", _sideloader.Succeed("metrics", "sleepy"), StringComparison.Ordinal);
        Assert.Equal(64, _sideloader.Run("rm", "sleepy").Status);
        Assert.Equal(64, _sideloader.Run("start", "/bin/busybox", "--name", "sleepy").Status);
        Assert.Equal(124, _sideloader.Run("wait", "sleepy", "--timeout", "0.1").Status);

        Assert.Equal(id + "\n", _sideloader.Succeed("kill", "sleepy"));
        Assert.Equal(137, _sideloader.Run("wait", "sleepy").Status);
        Assert.Equal(66, _sideloader.Run("kill", "sleepy").Status);
        Assert.Equal("", _sideloader.Succeed("ps", "-q"));
        Assert.Contains("ended (137)", _sideloader.Succeed("ps", "-a"), StringComparison.Ordinal);
        Assert.Equal(id + "\n", _sideloader.Succeed("rm", "sleepy"));
        Assert.Empty(_sideloader.Left());
        Assert.Empty(Directory.GetFileSystemEntries(_sideloader.State));
    }

    [Fact]
    public void The_status_of_a_program_that_ends_in_the_background_waits_for_whoever_asks()
    {
        string id = _sideloader.Succeed("start", "/bin/busybox", "--accel", "tcg", "--", "sh", "-c", "echo out; echo err >&2; exit 7").Trim();
        Assert.Equal(7, _sideloader.Run("wait", id).Status);
        Assert.Equal("out\nerr\n", _sideloader.Succeed("logs", "-f", id));
        Assert.Equal($"{{\"id\":\"{id}\",\"line\":\"out\"}}\n{{\"id\":\"{id}\",\"line\":\"err\"}}\n", _sideloader.Succeed("logs", "--json", id));
    }

    [Fact]
    public void A_program_in_the_foreground_has_the_streams_and_its_status_is_the_commands()
    {
        (int status, string output, string errors) = _sideloader.Run("run", "/bin/busybox", "--console", "--accel", "tcg", "--", "sh", "-c", "echo out; echo err >&2; exit 9");
        Assert.Equal((9, "out\n", "err\n"), (status, output, errors));
        Assert.Equal(124, _sideloader.Run("run", "/bin/busybox", "--accel", "tcg", "--timeout", "2", "--", "sleep", "1000").Status);
        Assert.Empty(_sideloader.Left());
        Assert.Empty(Directory.GetFileSystemEntries(_sideloader.State));
    }

    [Fact]
    public void A_program_runs_promoted_and_its_record_says_how_many_calls_are()
    {
        (int status, string output, _) = _sideloader.Run("run", "/bin/busybox", "--keep", "--console", "--accel", "tcg", "--", "sh", "-c", "echo out; exit 9");
        Assert.Equal((9, "out\n"), (status, output));
        UnikernelRecord record = Records().Single();
        Assert.InRange(record.PromotedCalls!.Value, 0.95 * record.SystemCalls!.Value, record.SystemCalls.Value - 1);
        Assert.Contains($"{record.PromotedCalls} of {record.SystemCalls} system calls are calls", _sideloader.Succeed("inspect", record.Id), StringComparison.Ordinal);
        Assert.Equal(0, _sideloader.Run("run", "/bin/busybox", "--promote", "--console", "--accel", "tcg", "--", "true").Status);
        Assert.Equal(64, _sideloader.Run("run", "/bin/busybox", "--promote", "--no-promote").Status);
        Assert.Equal(66, _sideloader.Run("run", "/bin/ls", "--promote").Status);
    }

    [Fact]
    public void A_program_runs_as_it_is_if_that_is_asked_for()
    {
        (int status, string output, _) = _sideloader.Run("run", "/bin/busybox", "--no-promote", "--keep", "--console", "--accel", "tcg", "--", "sh", "-c", "echo out; exit 9");
        Assert.Equal((9, "out\n"), (status, output));
        UnikernelRecord record = Records().Single();
        Assert.Null(record.PromotedCalls);
        Assert.DoesNotContain("promoted", _sideloader.Succeed("inspect", record.Id), StringComparison.Ordinal);
    }

    /// <summary>Kills one of the three and waits until all are gone.</summary>
    private void Kill(int victim, Process command)
    {
        UnikernelRecord record = Records().Single();
        // How long a busy host lets ready threads wait is not what is measured: that time is taken off. The machine's own threads
        // do not count, which compute without end and end by a signal.
        var waits = new CoreWaits([Environment.ProcessId, record.Supervisor!.Pid, record.Daemon!.Pid]);
        long start = Stopwatch.GetTimestamp();
        using (Process killed = Process.GetProcessById(victim))
            killed.Kill();
        TimeSpan waited = TimeSpan.Zero;
        while (!command.WaitForExit(TimeSpan.FromMilliseconds(5)) || _sideloader.Left().Count > 0)
        {
            waited = waits.Total;
            Assert.True(Stopwatch.GetElapsedTime(start) < s_startPatience, $"left are {string.Join(' ', _sideloader.Left())}");
        }

        TimeSpan took = Stopwatch.GetElapsedTime(start);
        Assert.True(took - waited < s_bound, $"it took {took.TotalSeconds:F2} s until all were gone, of which {waited.TotalSeconds:F2} s without a core");
    }

    /// <summary>What is in a file of the program "sequence" is the beginning of its records.</summary>
    private static void CheckLog(ReadOnlySpan<byte> log, int length, bool isLong)
    {
        byte[] record = new byte[length];
        for (int number = 0; log.Length > 0; number++)
        {
            record.AsSpan().Fill((byte)('a' + number % 26));
            number.TryFormat(record, out int digits, default, CultureInfo.InvariantCulture);
            record[digits] = (byte)' ';
            record[^1] = (byte)'\n';
            int there = Math.Min(length, log.Length);
            if (!log[..there].SequenceEqual(record.AsSpan(0, there)))
                Assert.Fail($"record {number} is {Encoding.ASCII.GetString(log[..Math.Min(there, 40)])}...");
            // Linux ends a write of many pages between two of them when its process is killed.
            Assert.True(there == length || isLong, $"record {number} has {there} bytes");
            log = log[there..];
        }
    }

    private static string FindImage()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "AzaleaOS.sln")))
            folder = Path.GetDirectoryName(folder);
        return Path.Combine(folder!, "UserApps/Runner/bin/Release/net10.0/Runner.stripped.elf");
    }

    private UnikernelRecord[] Records() => Directory.Exists(_sideloader.State)
        ? [.. Directory.GetDirectories(_sideloader.State).Select(path => new UnikernelDirectory(path)).Where(home => home.HasRecord).Select(home => home.Read())]
        : [];

    private int WaitFor(string victim)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < s_startPatience)
        {
            if (Records() is [{ State: UnikernelState.Running } record] && Find(record) is { } found)
                return found.Pid;
            Thread.Sleep(5);
        }

        throw new TimeoutException("the machine did not start");

        ProcessIdentity? Find(UnikernelRecord record) => victim switch
        {
            "daemon" => record.Daemon,
            "emulator" => record.Emulator,
            _ => record.Supervisor,
        };
    }
}
