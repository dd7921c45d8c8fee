using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Conformance;

/// <summary>A timer's signal comes when it is due, at whatever instruction of a system call the timer fires.</summary>
public sealed class PunctualSignalTests(SampleTree tree) : IClassFixture<SampleTree>
{
    [Theory]
    [InlineData("-static", false)]
    [InlineData("-static", true)]
    [InlineData(StaticProgram.Linked, false)]
    public void A_timer_that_fires_at_any_instruction_of_a_system_call_is_heard_at_its_end(string kind, bool isPromoted)
    {
        string path = tree.AddProgram("punctual", kind);
        path = isPromoted ? tree.Promote(path) : path;
        MachineResult result = tree.Run(new MachineDescription { CountInstructions = true }, path, "places");
        Assert.Equal("behind getppid: late 0\nbehind sched_yield: late 0\nbehind getuid: late 0\nin a loop: in time\n", result.Output);
    }

    [Theory]
    [InlineData("-static", 1)]
    [InlineData("-static", 2)]
    public void A_timer_beside_a_system_call_is_heard_as_on_Linux(string kind, int cores)
    {
        string path = tree.AddProgram("punctual", kind);
        tree.Here(new MachineDescription { Cpus = cores }, path).MustEqual(tree.OnLinux("/usr/bin/setsid", "-w", path));
    }
}
