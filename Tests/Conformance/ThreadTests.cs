using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Conformance;

/// <summary>Programs with threads, on one core and on several.</summary>
public sealed class ThreadTests(SampleTree tree) : IClassFixture<SampleTree>
{
    [Theory]
    [InlineData("scheduling", 1)]
    [InlineData("scheduling", 2)]
    [InlineData("scheduling", 4)]
    [InlineData("futex", 1)]
    [InlineData("futex", 2)]
    [InlineData("futex", 4)]
    [InlineData("rseq", 1)]
    [InlineData("rseq", 4)]
    public void Every_result_is_the_one_of_Linux(string program, int cores)
    {
        string[] words = [tree.AddProgram(program, "-static")];
        tree.Here(new MachineDescription { Cpus = cores }, words).MustEqual(tree.OnLinux(words));
    }
}
