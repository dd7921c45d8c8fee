namespace AzaleaOS.Bench;

/// <summary>One number of a bench.</summary>
/// <param name="Name">What was measured: "call-direct".</param>
/// <param name="Unit">"instructions", "ticks" or "cycles", per call, or "ratio".</param>
/// <param name="Value">The number.</param>
internal sealed record Measurement(string Name, string Unit, double Value)
{
    /// <summary>Executed instructions, counted by the emulator.</summary>
    internal const string Instructions = "instructions";

    /// <summary>Ticks of the emulator's time-stamp counter while it emulates as fast as it can: of this host, and noisy.</summary>
    internal const string Ticks = "ticks";

    /// <summary>Ticks of the time-stamp counter of a real processor.</summary>
    internal const string Cycles = "cycles";

    /// <summary>How many times another figure of the same machine.</summary>
    internal const string Ratio = "ratio";
}
