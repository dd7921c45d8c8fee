using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Machines;

/// <summary>As many cores as a Knights Landing has threads, and one below the limit of 8-bit APIC ids.</summary>
public sealed class ManyCoresTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(255)]
    [InlineData(288)]
    public async Task Every_core_runs_and_answers(int cores)
    {
        MachineDescription machine = Promise.Machine with
        {
            Cpus = cores,
            Memory = MemorySize.Mebibytes(512),
            Timeout = TimeSpan.FromMinutes(4),
        };

        await machine.Test("ping").Ends(0, $"cores: {cores} up in ");
        await machine.Test("run-on-cores").IsKept();
    }

    [Fact]
    public async Task A_panic_on_the_last_of_many_cores_stops_all_others()
        => await (Promise.Machine with { Cpus = 64, Timeout = TimeSpan.FromMinutes(2) }).Test("panic-on-core")
            .Ends(134, "other cores stopped: 63");
}
