using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Conformance;

/// <summary>Signals and the timers that send them: programs that print everything they see print the same here as on Linux.</summary>
public sealed class SignalTests(SampleTree tree) : IClassFixture<SampleTree>
{
    [Theory]
    [InlineData("signals", 1)]
    [InlineData("sigcodes", 1)]
    [InlineData("sigvectors", 1)]
    [InlineData("sigtimers", 1)]
    [InlineData("sigtimers", 2)]
    [InlineData("sigthreads", 1)]
    [InlineData("sigthreads", 2)]
    [InlineData("sigthreads", 4)]
    [InlineData("signalfile", 1)]
    [InlineData("signalfile", 2)]
    [InlineData("zeros", 1)]
    [InlineData("zeros", 2)]
    public void A_program_sees_the_signals_that_it_sees_on_Linux(string program, int cores)
    {
        string path = tree.AddProgram(program, "-static");
        tree.Here(new MachineDescription { Cpus = cores }, path).MustEqual(tree.OnLinux("/usr/bin/setsid", "-w", path));
    }

    [Fact]
    public void A_hundred_thousand_pairs_to_a_thread_that_spins_on_another_core_arrive_in_order()
    {
        string path = tree.AddProgram("sigthreads", "-static");
        Outcome outcome = tree.Here(new MachineDescription { Cpus = 2 }, path, "100000");
        Assert.Equal("100000 pairs: handled 200000, wrong 0\n", outcome.Text);
        Assert.Equal(0, outcome.Status);
    }

    [Fact]
    public void A_wait_that_a_signal_from_another_core_ends_has_no_result_of_the_kernel_s_own()
    {
        string path = tree.AddProgram("interrupted", "-static");
        tree.Here(new MachineDescription { Cpus = 2 }, path, "500").MustEqual(tree.OnLinux(path, "500"));
    }

    [Theory]
    [InlineData("null", "terminated by signal 11 (SIGSEGV): nothing mapped at 0000000000000000, thread 2")]
    [InlineData("text", "terminated by signal 11 (SIGSEGV): access not allowed at ")]
    [InlineData("divide", "terminated by signal 8 (SIGFPE): at the instruction at ")]
    [InlineData("term", "terminated by signal 15 (SIGTERM): sent by the program, thread 2")]
    public void A_death_by_a_signal_is_reported_with_registers_and_memory_map(string how, string line)
    {
        MachineResult result = tree.Run(new MachineDescription(), tree.AddProgram("death", "-static"), how);
        Assert.Single(result.Log.Split('\n'), text => text.Contains(line, StringComparison.Ordinal));
        Assert.Single(result.Log.Split('\n'), text => text.Contains("  rip 0000000000", StringComparison.Ordinal));
        Assert.Contains("  000000400000-", result.Log);
    }
}
