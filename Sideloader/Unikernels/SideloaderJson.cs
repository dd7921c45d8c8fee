using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AzaleaOS.Sideloader.Statistics;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>All that is read or written as JSON; made at compile time, since the published program cannot look at types.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(UnikernelRecord))]
[JsonSerializable(typeof(IReadOnlyList<UnikernelRecord>))]
[JsonSerializable(typeof(IReadOnlyList<UnikernelUse>))]
[JsonSerializable(typeof(TracedCall))]
[JsonSerializable(typeof(Outcome))]
[JsonSerializable(typeof(IReadOnlyList<Outcome>))]
[JsonSerializable(typeof(LogLine))]
internal sealed partial class SideloaderJson : JsonSerializerContext
{
    private static readonly JavaScriptEncoder s_encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>For people and files: with line ends.</summary>
    internal static SideloaderJson Indented { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = s_encoder });

    /// <summary>One line for each value.</summary>
    internal static SideloaderJson Lines { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = s_encoder });
}

/// <summary>What a command did with one unikernel.</summary>
/// <param name="Id">Which.</param>
/// <param name="Result">What was done, one word.</param>
/// <param name="Status">The unikernel's exit status, if it is known.</param>
internal sealed record Outcome(string Id, string Result, int? Status = null);

/// <summary>A line of a unikernel's log.</summary>
internal sealed record LogLine(string Id, string Line);
