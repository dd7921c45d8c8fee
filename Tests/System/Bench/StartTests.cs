using AzaleaOS.Bench;

namespace AzaleaOS.Tests.Machines.Bench;

/// <summary>How many instructions it takes to come to a C# program's <c>Main</c>.</summary>
public sealed class StartTests : IDisposable
{
    // Most of it is the program's own, as on Linux: docs/developer/boot.md, "What a start costs".
    private const long Most = 903_000;
    private const long MostPromoted = 928_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("azalea-start-").FullName;

    [Fact]
    public void A_CSharp_program_is_in_its_Main_after_few_instructions_of_kernel_and_runtime()
    {
        var bench = new DotNetBench(_folder, _ => { });
        bench.Build("Hello");
        Assert.InRange(bench.CountStart(default, isPromoted: false), 700_000, Most);
        Assert.InRange(bench.CountStart(default, isPromoted: true), 700_000, MostPromoted);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
