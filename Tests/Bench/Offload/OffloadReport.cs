using System.Text.Json;
using AzaleaOS.Bench.Reports;

namespace AzaleaOS.Bench.Offload;

/// <summary>Shows the results of <see cref="OffloadBench"/>: a table, JSON.</summary>
internal sealed class OffloadReport(IReadOnlyList<Measurement> all) : IReport
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static readonly (string Name, string Words)[] s_calls =
    [
        ("offload-null", "null call"),
        ("offload-pread-4k", "pread, 4 KiB from the page cache"),
        ("offload-pread-1m", "pread, 1 MiB from the page cache"),
    ];

    /// <summary>All numbers: an array of name, unit and value.</summary>
    public string Json => JsonSerializer.Serialize(all, s_json);

    /// <summary>The table.</summary>
    public string Text => string.Join('\n',
        "through the offload channel, two processes that poll, best of many windows\n",
        ResultTable.Write(["call", "times the direct call"], [.. s_calls.Select(call => (IReadOnlyList<string>)
        [
            call.Words,
            BarChart.Number(Value(call.Name)),
        ])]),
        "instructions of the libOS for one call, without waiting\n",
        ResultTable.Write(["call", "instructions"], [.. CallCost.Kinds.Select(kind => (IReadOnlyList<string>)
        [
            kind.Words,
            BarChart.Number(Value(CallCost.Name + kind.Name)),
        ])]),
        $"of the null call, beyond what two cores here need to ask and answer by a cache line each: {BarChart.Number(Value("offload-null-beyond-exchange"))}",
        $"null call if both sleep until an eventfd wakes them: {BarChart.Number(Value("offload-null-sleeping"))} us");

    /// <summary>Writes offload.md and offload.json.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "offload.md"), Text + "\n");
        File.WriteAllText(Path.Combine(folder, "offload.json"), Json + "\n");
    }

    private double Value(string name) => all.Single(one => one.Name == name).Value;
}
