using AzaleaOS.Bench;

namespace AzaleaOS.Tests.Machines.Bench;

/// <summary>An ordinary loop of a C# program is spread over all cores.</summary>
public sealed class PrimesTests : IDisposable
{
    private const double Least = 3.6;

    private readonly string _folder = Directory.CreateTempSubdirectory("azalea-primes-").FullName;

    [Fact]
    public void Four_cores_count_primes_3_6_times_as_fast_as_one()
    {
        var bench = new DotNetBench(_folder, _ => { });
        bench.Build("Primes");
        Dictionary<string, double> counts = bench.Primes("1000000", default).ToDictionary(one => one.Name, one => one.Value);
        Assert.InRange(counts["primes-one-core"] / counts["primes-longest-core"], Least, DotNetBench.Cores);

        // Nothing of it is waiting by turning in a circle: it is the same work, but for the timer, which one core hears for longer.
        Assert.InRange(counts["primes-all-cores"] / counts["primes-one-core"], 0.98, 1.02);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
