using System.Globalization;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Conformance;

/// <summary>What programs do most costs no more instructions than is promised: the program of <c>azalea bench micro</c>.</summary>
public sealed class MicroBudgetTests(SampleTree tree) : IClassFixture<SampleTree>
{
    [Fact]
    public void What_programs_do_most_is_within_its_budget()
    {
        string path = tree.AddProgram("micro", "-static");
        MachineResult result = tree.RunModule(new MachineDescription { CountInstructions = true }, File.ReadAllBytes(path), "/micro");
        Assert.True(result.Status == 0, result.ToString());
        Dictionary<string, double> costs = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .ToDictionary(words => words[0], words => long.Parse(words[1], CultureInfo.InvariantCulture) / 1000.0);

        (string Name, double Least, double Most)[] budgets =
        [
            ("getpid", 16, 40),
            ("clock_gettime", 20, 60),
            ("sched_yield", 30, 100),
            ("mmap-munmap", 200, 1_000),
            ("first-touch", 200, 1_000),
            ("create-join", 2_000, 10_000),
            ("ping-pong", 400, 1_200),
            ("noise", 0, 0),
        ];
        Assert.All(budgets, budget => Assert.InRange(costs[budget.Name], budget.Least, budget.Most));
    }

    [Fact]
    public void The_kernel_of_images_is_at_most_256_KiB()
        => Assert.InRange(new FileInfo(Path.ChangeExtension(RunnerImage.Path, "stripped.elf")).Length, 64 << 10, 256 << 10);
}
