using AzaleaOS.Bench;

namespace AzaleaOS.Tests.Machines.Bench;

/// <summary>What the garbage collector asks of the kernel costs no more than on Linux.</summary>
public sealed class CollectorTests : IDisposable
{
    // What the same executable takes on Linux 6.1 in the same machine: azalea bench dotnet.
    private const double OnLinux = 280_000_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("azalea-collector-").FullName;

    [Fact]
    public void Four_threads_that_allocate_on_four_cores_take_no_more_instructions_than_on_Linux()
    {
        var bench = new DotNetBench(_folder, _ => { });
        bench.Build("GcStress");
        Assert.InRange(bench.CountCollector(default), OnLinux / 2, OnLinux);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
