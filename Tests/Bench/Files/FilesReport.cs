using AzaleaOS.Bench.Reports;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench.Files;

/// <summary>Shows the results of <see cref="FilesBench"/>: a table, JSON.</summary>
internal sealed class FilesReport(IReadOnlyList<Measurement> all) : IReport
{
    private const string Whole = "sequential-whole-";
    private const string Best = "sequential-best-";

    /// <inheritdoc/>
    public string Json => ResultFile.Json(all);

    /// <inheritdoc/>
    public string Text => string.Join('\n',
        "a file of 1 GiB, read with buffers of 1 MiB in QEMU (TCG), 1 core, 1 GiB of memory\n",
        ResultTable.Write(["way", "MiB/s", "AzaleaOS / this", "best 64 MiB, MiB/s", "AzaleaOS / this"], [.. FilesBench.Ways.Select(way => (IReadOnlyList<string>)
        [
            way.Words,
            Rate(Whole + way.Name), Times(Whole, way.Name),
            Rate(Best + way.Name), Times(Best, way.Name),
        ])]));

    /// <inheritdoc/>
    public void Save(string folder) => ResultFile.Save(this, folder, "files");

    private string Rate(string name) => BarChart.Number(1e9 / Value(name));

    private string Times(string figure, string way) => BarChart.Number(Value(figure + way) / Value(figure + "azalea"));

    private double Value(string name) => all.FirstOrDefault(one => one.Name == name)?.Value
        ?? throw new LaunchException("AZ7206", $"the bench gave no {name}", null, ExitStatus.Failure);
}
