using System.Globalization;
using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>.NET stops threads by a signal to collect garbage; it may come upon a thread in a promoted system call.</summary>
public sealed class SuspensionTests
{
    // From eight instructions before each call on.
    private const int SignalsOfACall = 112;

    [Theory]
    [InlineData("csharp-exec", 1)]
    [InlineData("csharp-exec", 2)]
    [InlineData("csharp-exec", 4)]
    [InlineData("csharp-pie", 2)]
    public void A_thread_that_is_stopped_in_a_system_call_keeps_its_references_as_on_Linux(string program, int cpus)
        => new ProgramRun(ProgramStore.Find(program), "suspension").MustEqualLinux(cpus);

    [Fact]
    public void A_thread_that_is_stopped_at_any_instruction_of_a_promoted_call_keeps_its_references()
    {
        var run = new ProgramRun(ProgramStore.Find("csharp-exec"), "suspension", "places") { CountInstructions = true, Promote = true };
        Outcome outcome = run.Here(cpus: 1);
        string[] lines = outcome.Text.Split('\n');
        Assert.True(lines.Length > 7, outcome.Text);
        Assert.Equal(["at every instruction: wrong 0, some moved True", "at any time: wrong 0, all ran True"], lines[6..8]);

        // An interrupt can come before each instruction that was moved to the stub, and before the one that disables interrupts.
        Assert.All(lines[..2], line => Assert.Equal(2, InStubs(line)));
        Assert.All(lines[2..4], line => Assert.Equal(2, InStubs(line)));
        Assert.All(lines[4..6], line => Assert.Equal(3, InStubs(line)));
    }

    /// <summary>How many different places in stubs the runtime's signal came upon.</summary>
    private static int InStubs(string line)
    {
        string[] words = line.Split(' ');
        Assert.Equal(["signals", $"{SignalsOfACall},", "in", "stubs"], words[1..5]);
        int places = int.Parse(words[^1], CultureInfo.InvariantCulture);
        Assert.InRange(int.Parse(words[5].TrimEnd(','), CultureInfo.InvariantCulture), places, SignalsOfACall);
        return places;
    }
}
