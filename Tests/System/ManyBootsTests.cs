using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Machines;

/// <summary>A boot is not a matter of luck.</summary>
public sealed class ManyBootsTests
{
    private const int Boots = 200;

    [Fact]
    public async Task Two_hundred_boots_in_a_row_all_end_well()
    {
        List<string> failures = [];
        ParallelOptions two = new() { MaxDegreeOfParallelism = 2 };
        await Parallel.ForAsync(0, Boots, two, async (number, _) =>
        {
            MachineResult result = await (Promise.Machine with { Cpus = 1 + (number % 4) }).Test("ping").Run();
            if (result is { Ending: MachineEnding.Exited, Status: 0 })
                return;
            lock (failures)
                failures.Add($"boot {number}: {result}");
        });

        Assert.Empty(failures);
    }
}
