using AzaleaOS.Bench.Reports;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench;

/// <summary>Shows the results of <see cref="DotNetBench"/>: a table, JSON.</summary>
internal sealed class DotNetReport(IReadOnlyList<Measurement> all) : IReport
{
    /// <inheritdoc/>
    public string Json => ResultFile.Json(all);

    /// <inheritdoc/>
    public string Text => string.Join('\n',
        "C# programs with the official runtime, in QEMU (TCG), the same executables on AzaleaOS and on Linux\n",
        ResultTable.Write(["what", "AzaleaOS", "Linux", "Linux / AzaleaOS"],
        [
            Row("Hello, start to Main, instructions", "hello-to-main", DotNetBench.OfLinux),
            Row($"GcStress, {DotNetBench.Cores} threads and cores, instructions", "collector", DotNetBench.OfLinux),
            Row($"GcStress, {DotNetBench.Cores} threads and cores, ms", "collector-time", DotNetBench.OfLinux),
        ]),
        "Hello: on AzaleaOS from the kernel's entry and all that is executed, on Linux from the program's first instruction and only its own",
        $"Hello: of AzaleaOS's instructions the program's own are {BarChart.Number(Value("hello-to-main-own"))}",
        $"Primes: one core {BarChart.Number(Value("primes-one-core"))} instructions, the longest of {DotNetBench.Cores} {BarChart.Number(Value("primes-longest-core"))}, "
            + $"all together {BarChart.Number(Value("primes-all-cores"))}; {BarChart.Number(Value("primes-one-core") / Value("primes-longest-core"))} times as fast\n");

    /// <inheritdoc/>
    public void Save(string folder) => ResultFile.Save(this, folder, "dotnet");

    private IReadOnlyList<string> Row(string words, string name, string suffix) =>
    [
        words,
        BarChart.Number(Value(name)),
        BarChart.Number(Value(name + suffix)),
        BarChart.Number(Value(name + suffix) / Value(name)),
    ];

    private double Value(string name) => all.FirstOrDefault(one => one.Name == name)?.Value
        ?? throw new LaunchException("AZ7206", $"the bench gave no {name}", null, ExitStatus.Failure);
}
