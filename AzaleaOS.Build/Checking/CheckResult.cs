namespace AzaleaOS.Build.Checking;

/// <summary>What the code checker found out about code that passed.</summary>
/// <param name="RegisterUse">For every root that was asked for: what it may leave changed.</param>
/// <param name="Functions">Functions looked at.</param>
/// <param name="Instructions">Instructions looked at.</param>
public sealed record CheckResult(IReadOnlyDictionary<string, RegisterUse> RegisterUse, int Functions, int Instructions);
