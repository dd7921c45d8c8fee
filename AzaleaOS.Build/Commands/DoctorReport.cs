using AzaleaOS.Build.Requirements;

namespace AzaleaOS.Build.Commands;

/// <summary>What <c>azalea doctor --json</c> prints.</summary>
internal sealed class DoctorReport(IReadOnlyList<ToolState> states, InstallPlan plan, HostSystem system)
{
    /// <summary>False if a tool is missing.</summary>
    public bool Ok { get; } = states.All(state => state.Condition != ToolCondition.Missing);

    /// <summary>All tools.</summary>
    public IReadOnlyList<ToolLine> Tools { get; } = [.. states.Select(state => new ToolLine(
        state.Tool.Name, state.Condition.ToString().ToLowerInvariant(), state.Version, state.Path, state.Tool.Purpose,
        state.Condition == ToolCondition.Good ? null : InstallPlan.For([state.Tool], system) is { Commands.Count: > 0 } own ? own.OneLine(system) : state.Tool.OtherSource))];

    /// <summary>The shell commands that install all that is missing or old.</summary>
    public IReadOnlyList<string> Install { get; } = plan.Commands;

    /// <summary>One tool.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Condition">good, old or missing.</param>
    /// <param name="Version">What it says.</param>
    /// <param name="Path">Where it is.</param>
    /// <param name="Purpose">What it is needed for.</param>
    /// <param name="Install">How to get it, unless it is good.</param>
    internal sealed record ToolLine(string Name, string Condition, string? Version, string? Path, string Purpose, string? Install);
}
