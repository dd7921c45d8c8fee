using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Conformance;

/// <summary>A program on musl whose system calls are calls does what the same source does with musl's own on Linux.</summary>
/// <remarks>AZALEA_LINKED=all runs more programs than a build has time for.</remarks>
public sealed class LinkedTests(SampleTree tree) : IClassFixture<SampleTree>
{
    private static readonly (string Program, int Cores)[] s_programs = [("promoted", 2), ("sigvectors", 1), ("scheduling", 2), ("stepping", 1), ("cancelling", 2), ("restarting", 1)];

    private static readonly (string Program, int Cores)[] s_more =
        [("hello", 1), ("death", 1), ("sigcodes", 1), ("promoted", 4), ("scheduling", 4), ("vdso", 1), ("terminal", 1)];

    public static TheoryData<string, int> Programs
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach ((string program, int cores) in Environment.GetEnvironmentVariable("AZALEA_LINKED") == "all" ? [.. s_programs, .. s_more] : s_programs)
                data.Add(program, cores);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_linked_program_prints_what_it_prints_on_Linux(string program, int cores)
    {
        string linked = tree.AddProgram(program, StaticProgram.Linked);
        string linux = tree.AddProgram(program, StaticProgram.Musl);
        tree.Here(new MachineDescription { Cpus = cores }, linked).MustEqual(tree.OnLinux("/usr/bin/setsid", "-w", linux));
    }

    [Theory]
    [InlineData("promoted", "signals 1024, registers wrong 0, handler right\npromoted yes, a signal before 1, inside 1, behind 1\nrestarted read 1 x,")]
    [InlineData("cancelling", "at any time: cancelled 256, signals 256, cleanups 256\nin a call: cancelled 1400, signals 1400, cleanups 1400\n")]
    [InlineData("restarting", "restarted wrong 0, signals 1400\ninterrupted wrong 0, signals 2800\n")]
    public void A_signal_at_every_instruction_of_a_call_is_as_at_a_syscall(string program, string output)
    {
        MachineResult result = tree.Run(new MachineDescription { CountInstructions = true }, tree.AddProgram(program, StaticProgram.Linked), "places");
        Assert.StartsWith(output, result.Output, StringComparison.Ordinal);
    }
}
