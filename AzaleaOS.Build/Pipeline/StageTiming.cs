namespace AzaleaOS.Build.Pipeline;

/// <summary>What became of one stage.</summary>
/// <param name="Name">The stage.</param>
/// <param name="Ran">False when its inputs were those of the last build and it was left out.</param>
/// <param name="Milliseconds">Wall-clock time, including the look at its inputs.</param>
public sealed record StageTiming(string Name, bool Ran, double Milliseconds);
