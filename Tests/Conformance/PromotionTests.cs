using System.Globalization;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Conformance;

/// <summary>A promoted program does what it did before: the same output as the original on Linux.</summary>
/// <remarks>AZALEA_PROMOTION=all runs more programs than a build has time for.</remarks>
public sealed class PromotionTests(SampleTree tree) : IClassFixture<SampleTree>
{
    private static readonly (string Program, string Kind, int Cores)[] s_programs =
    [
        ("promoted", "-static", 1),
        ("promoted", StaticProgram.Musl, 2),
        ("unwinding", "-static", 2),
        ("sigthreads", "-static", 2),
        ("memory", "-static-pie", 1),
        ("itself", "-static", 1),
        ("itself", StaticProgram.Musl, 1),
        ("stepping", "-static", 1),
        ("stepping", StaticProgram.Musl, 2),
        ("throwing", "-static", 2),
        ("cancelling", "-static", 2),
        ("cancelling", StaticProgram.Musl, 1),
        ("restarting", "-static", 2),
    ];

    private static readonly (string Program, string Kind, int Cores)[] s_more =
    [
        ("hello", "-static", 1), ("files", "-static", 1), ("waiting", "-static", 1), ("sockets", "-static", 1), ("memory", "-static", 1),
        ("mappings", "-static", 1), ("signals", "-static", 1), ("sigcodes", "-static", 1), ("sigvectors", "-static", 1), ("sigtimers", "-static", 2),
        ("sigthreads", "-static", 4), ("signalfile", "-static", 2), ("scheduling", "-static", 4), ("futex", "-static", 4), ("rseq", "-static", 4),
    ];

    public static TheoryData<string, string, int> Programs
    {
        get
        {
            var data = new TheoryData<string, string, int>();
            foreach ((string program, string kind, int cores) in Environment.GetEnvironmentVariable("AZALEA_PROMOTION") == "all" ? [.. s_programs, .. s_more] : s_programs)
                data.Add(program, kind, cores);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_promoted_program_prints_what_it_prints_on_Linux(string program, string kind, int cores)
    {
        string path = tree.AddProgram(program, kind);
        tree.Here(new MachineDescription { Cpus = cores }, tree.Promote(path)).MustEqual(tree.OnLinux("/usr/bin/setsid", "-w", path));
    }

    [Fact]
    public void What_is_said_about_a_promoted_program_is_about_its_own_code_and_data()
    {
        string path = tree.AddProgram("reports", "-static");
        string[] words = ["one", "", "two words"];
        tree.Here(new MachineDescription(), [tree.Promote(path), .. words]).MustEqual(tree.OnLinuxAsRoot([path, .. words]));
    }

    [Fact]
    public void A_signal_at_every_instruction_of_a_stub_finds_and_leaves_everything_as_at_a_syscall()
    {
        string path = tree.Promote(tree.AddProgram("promoted", "-static"));
        MachineResult result = tree.Run(new MachineDescription { CountInstructions = true }, path, "places");
        Assert.StartsWith(
            "signals 1024, registers wrong 0, handler right\npromoted yes, a signal before 1, inside 1, behind 1\nrestarted read 1 x,",
            result.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_signal_at_every_instruction_of_a_stub_finds_the_frames_below_jumps_out_and_unwinds_as_from_a_syscall()
    {
        string path = tree.Promote(tree.AddProgram("unwinding", "-static"));
        MachineResult result = tree.Run(new MachineDescription { CountInstructions = true, Timeout = TimeSpan.FromMinutes(6) }, path, "places");
        Assert.StartsWith(
            "backtraces wrong 0\njumps 768, wrong 0\nunwound wrong 0\ntraced some 1, unwound some 1, places ",
            result.Output,
            StringComparison.Ordinal);
        Assert.InRange(int.Parse(result.Output.TrimEnd().Split(' ')[^1], CultureInfo.InvariantCulture), 7, 9);
    }

    [Fact]
    public void A_program_that_traces_itself_steps_through_a_stub_and_not_through_the_kernel()
    {
        string path = tree.AddProgram("stepping", "-static");
        Outcome linux = tree.OnLinux(path, "places");
        tree.Here(new MachineDescription(), tree.LeaveAsItIs(path), "places").MustEqual(linux);

        string[] lines = tree.Run(new MachineDescription(), tree.Promote(path), "places").Output.Split('\n');
        Assert.Equal(linux.Text.Split('\n')[..2], lines[..2]);
        Assert.InRange(int.Parse(lines[2].Split(' ')[^1], CultureInfo.InvariantCulture), 12, 100);
    }

    [Theory]
    [InlineData("throwing", "-static", "signals 768, caught wrong 0\nthrown some 1, places ", 7)]
    [InlineData("cancelling", "-static", "at any time: cancelled 256, signals 256, cleanups 256\nin a call: cancelled 1400, signals 1400, cleanups 1400\nplaces 2, ", 3)]
    [InlineData("restarting", "-static", "restarted wrong 0, signals 1400\ninterrupted wrong 0, signals 2800\nplaces ", 5)]
    public void A_signal_at_every_instruction_of_a_stub_is_as_at_a_syscall_for_whoever(string program, string kind, string output, int places)
    {
        string path = tree.Promote(tree.AddProgram(program, kind));
        MachineResult result = tree.Run(new MachineDescription { CountInstructions = true }, path, "places");
        Assert.StartsWith(output, result.Output, StringComparison.Ordinal);
        Assert.InRange(int.Parse(result.Output[output.Length..], CultureInfo.InvariantCulture), places, places + 4);
    }

    [Theory]
    [InlineData("awk", "{ n[$1 % 7]++ } END { for (i = 0; i < 7; i++) print i, n[i] }", "files/numbers")]
    [InlineData("sort", "-t", ":", "-k", "3", "files/table")]
    public void Busybox_promoted_prints_what_it_prints_on_Linux(params string[] words)
        => tree.Here(new MachineDescription(), [tree.Promote("/bin/busybox"), .. words]).MustEqual(tree.OnLinux(["/bin/busybox", .. words]));

    [Fact]
    public void Getpid_of_a_promoted_program_is_within_the_budget_of_a_syscall_and_its_loop()
    {
        MachineResult result = tree.Run(new MachineDescription { CountInstructions = true }, tree.Promote(tree.AddProgram("micro", "-static")));
        string line = Assert.Single(result.Output.Split('\n'), one => one.StartsWith("getpid ", StringComparison.Ordinal));
        double withLoop = long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) / 1000.0;
        Assert.InRange(withLoop, 16, 40);
    }
}
