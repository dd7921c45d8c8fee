using AzaleaOS.Bench.Reports;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench;

/// <summary>Shows the results of <see cref="GetPidBench"/>: a table, two charts, JSON.</summary>
internal sealed class GetPidReport(IReadOnlyList<Measurement> all) : IReport
{
    // Ways into the kernel: what they are called in the results, and in words.
    private static readonly (string Name, string Words)[] s_ways =
    [
        ("linux", "Linux, syscall"),
        ("pinvoke-csharp", "AzaleaOS, C#, P/Invoke"),
        ("syscall", "AzaleaOS, SYSCALL"),
        ("syscall-unmodified", "AzaleaOS, unmodified, ELF"),
        ("syscall-promoted", "AzaleaOS, the same, promoted"),
        ("call-linked-csharp", "AzaleaOS, linked C#"),
        ("call-table", "AzaleaOS, CALL, by table"),
        ("call-linked-c", "AzaleaOS, linked C, getpid()"),
        ("call-csharp", "AzaleaOS, CALL, from C#"),
        ("call-direct", "AzaleaOS, CALL, direct"),
    ];

    private static readonly (string Name, string Words)[] s_nativeWays =
    [
        ("native-linux", "Linux of this host, syscall"),
        ("native-call", "AzaleaOS, CALL by table"),
        ("native-call-direct", "AzaleaOS, CALL direct"),
    ];

    /// <summary>All numbers: an array of name, unit and value.</summary>
    public string Json => ResultFile.Json(all);

    /// <summary>The tables.</summary>
    public string Text => string.Join('\n',
        "getpid, one of 10,000 calls in QEMU (TCG)\n",
        ResultTable.Write(["way", "instructions", "Linux / this", "ticks"], [.. s_ways.Select(way => (IReadOnlyList<string>)
        [
            way.Words,
            BarChart.Number(Value(way.Name)),
            BarChart.Number(Value("linux") / Value(way.Name)),
            BarChart.Number(Value(way.Name + "-ticks")),
        ])]),
        "getpid, one of 10,000 calls on this processor\n",
        ResultTable.Write(["way", "cycles", "Linux / this"], [.. s_nativeWays.Select(way => (IReadOnlyList<string>)
        [
            way.Words,
            BarChart.Number(Value(way.Name)),
            BarChart.Number(Value("native-linux") / Value(way.Name)),
        ])]),
        $"kernel entry to Run, 1 core, 256 MiB: {BarChart.Number(Value("boot"))} instructions\n");

    /// <summary>Writes getpid.md, getpid.json, and the charts getpid and getpid-native as PNG and SVG.</summary>
    public void Save(string folder)
    {
        ResultFile.Save(this, folder, "getpid");
        BarChart.Write(Path.Combine(folder, "getpid"), "getpid in QEMU: instructions per call", "instructions", Bars(s_ways));
        BarChart.Write(Path.Combine(folder, "getpid-native"), "getpid on this processor: cycles per call", "cycles", Bars(s_nativeWays));
    }

    private List<(string Label, double Value)> Bars((string Name, string Words)[] ways)
        => [.. ways.Select(way => (way.Words.Replace(", ", "\n", StringComparison.Ordinal), Value(way.Name)))];

    private double Value(string name) => all.FirstOrDefault(one => one.Name == name)?.Value
        ?? throw new LaunchException("AZ7206", $"the bench gave no {name}", null, ExitStatus.Failure);
}
