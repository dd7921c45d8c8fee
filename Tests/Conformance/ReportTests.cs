using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Conformance;

/// <summary>Commands that show what /proc and /sys say. Numbers differ from Linux, so their shape is looked at.</summary>
public sealed class ReportTests(SampleTree tree) : IClassFixture<SampleTree>
{
    [Theory]
    [InlineData("nproc", @"^2\n$")]
    [InlineData("free", @"\nMem: +\d+ +\d+ +\d+ +0 +\d+ +\d+\n(?s:.*)\nSwap: +0 +0 +0\n$")]
    [InlineData("uptime", @"^ \d\d:\d\d:\d\d up 0 min,  0 users,  load average: 0\.00, 0\.00, 0\.00\n$")]
    [InlineData("ps", @"^PID +USER +COMMAND\n +2 \w+ +\S*busybox ps\n$")]
    [InlineData("ps -o pid,ppid,comm,stat", @"^PID +PPID +COMMAND +STAT *\n +2 +1 +busybox +R *\n$")]
    [InlineData("pidof busybox", @"^2\n$")]
    [InlineData("top -b -n1", @"^Mem: \d+K used, \d+K free, \d+K shrd, 0K buff, \d+K cached\nCPU: (?s:.*)\n +2 +1 \w+ +R +\d+ +\d+% +\d+% \S*busybox top -b -n1\n")]
    [InlineData("mount", @"^tmpfs on / type tmpfs \(rw,relatime\)\n(?s:.*)proc on /proc type proc \(rw,relatime\)\n")]
    [InlineData("df", @"\ntmpfs +\d+ +\d+ +\d+ +\d+% /\n")]
    [InlineData("sysctl kernel.ostype", @"^kernel\.ostype = Linux\n$")]
    [InlineData("readlink -f /dev/stdin", @"/proc/2/fd/pipe:\[\d+\]|^/dev/console\n$")]
    public void A_command_shows_it(string command, string shape)
        => Assert.Matches(shape, Run(2, command).Text);

    [Fact]
    public void Every_file_of_the_kernel_can_be_read()
    {
        Outcome outcome = Run(4, "grep -r -c ^ /proc /sys");
        Assert.Equal(0, outcome.Status);
        string[] lines = outcome.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 150, 1000);
        Assert.All(lines, line => Assert.Matches(@"^/(proc|sys)/\S+:\d+$", line));
        Assert.Contains(lines, line => line.StartsWith("/proc/2/task/2/maps:", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("/sys/devices/system/cpu/cpu3/topology/core_id:1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void What_changes_while_it_is_read_is_whole(int cores)
    {
        Outcome outcome = tree.Here(new MachineDescription { Cpus = cores, Timeout = TimeSpan.FromMinutes(3) }, tree.AddProgram("reportrace", "-static"));
        Assert.Equal((0, "wrong 0\n"), (outcome.Status, outcome.Text));
    }

    private Outcome Run(int cores, string command)
        => tree.Here(new MachineDescription { Cpus = cores }, [SampleTree.Busybox, .. command.Split(' ')]);
}
