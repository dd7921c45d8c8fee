using System.Text.Json;

namespace AzaleaOS.Build.Pipeline;

/// <summary>What one stage finds out and a later one needs, as a JSON file between them.</summary>
internal static class StageFiles
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true };

    internal static void Write<T>(string file, T value) => File.WriteAllText(file, JsonSerializer.Serialize(value, s_options));

    internal static T Read<T>(string file) =>
        JsonSerializer.Deserialize<T>(File.ReadAllText(file)) ?? throw new InvalidDataException($"{file} holds nothing");
}
