using AzaleaOS.Bench;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Machines.Bench;

/// <summary>From the kernel's entry to <c>main</c> of a static program of C: few instructions, whatever the machine is.</summary>
public sealed class EntryToMainTests : IDisposable
{
    private const long Most = 3_000_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("azalea-entry-").FullName;

    [Fact]
    public void A_program_starts_within_three_million_instructions_on_any_number_of_cores_and_in_any_memory()
    {
        var bench = new EntryToMain(_folder);
        long[] counts = [bench.Count(1, MemorySize.Mebibytes(256), default), .. EntryToMain.Machines.Select(machine => bench.Count(machine.Cores, machine.Memory, default))];
        Assert.All(counts, count => Assert.InRange(count, 500_000, Most));

        // Flat: what other cores do meanwhile counts as well.
        Assert.InRange(counts.Max(), counts.Min(), counts.Min() + (counts.Min() / 10));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
