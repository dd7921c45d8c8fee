using System.Globalization;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Conformance;

/// <summary>The calls that Linux does not have: what <c>AzaleaCall</c> says of them.</summary>
public sealed class OwnCallTests(SampleTree tree) : IClassFixture<SampleTree>
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Semaphores_ticks_and_priorities_do_what_is_said_of_them(int cores)
    {
        MachineResult result = tree.Run(new MachineDescription { Cpus = cores }, tree.AddProgram("owncalls", "-static"));
        Assert.Equal("counts\nmisuse\ntimeouts\ncancellation\nturns 1 3 2 0 4 5\ntimes\npriorities\nmany threads\n0 failures\n", result.Output);
        Assert.Equal(0, result.Status);
    }

    [Fact]
    public void A_semaphore_is_taken_and_posted_in_at_most_270_instructions_when_nobody_waits()
    {
        MachineResult result = tree.Run(new MachineDescription { CountInstructions = true }, tree.AddProgram("owncalls", "-static"), "cost");
        Assert.InRange(int.Parse(result.Output, CultureInfo.InvariantCulture), 60, 270);
    }
}
