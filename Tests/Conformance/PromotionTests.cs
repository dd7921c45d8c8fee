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
            "signals 256, registers wrong 0, handler right\npromoted yes, a signal before 1, inside 1, behind 1\nrestarted read 1 x,",
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
