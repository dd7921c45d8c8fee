using System.Text.Json;

namespace AzaleaOS.Bench.Reports;

/// <summary>The files of a report that are text.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>An array of name, unit and value.</summary>
    internal static string Json(IReadOnlyList<Measurement> all) => JsonSerializer.Serialize(all, s_json);

    /// <summary>Writes NAME.md and NAME.json.</summary>
    internal static void Save(IReport report, string folder, string name)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name + ".md"), report.Text);
        File.WriteAllText(Path.Combine(folder, name + ".json"), report.Json + "\n");
    }
}
