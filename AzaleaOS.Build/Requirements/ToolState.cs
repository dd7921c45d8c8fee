using System.Text;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Requirements;

/// <summary>How a tool was found.</summary>
internal enum ToolCondition
{
    /// <summary>It is there and new enough.</summary>
    Good,

    /// <summary>It is there, and something does not work with its version.</summary>
    Old,

    /// <summary>It is not there.</summary>
    Missing,
}

/// <summary>A tool as it is on this host.</summary>
/// <param name="Tool">The tool.</param>
/// <param name="Condition">Whether it can be used.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Version">What it says.</param>
internal sealed record ToolState(Tool Tool, ToolCondition Condition, string? Path, string? Version)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Looks for a tool and asks for its version.</summary>
    internal static ToolState Of(Tool tool, HostSystem system)
    {
        if (tool.Locate(system.Tools) is not { } path)
            return new ToolState(tool, ToolCondition.Missing, null, null);
        if (tool.Programs.Count == 0 || tool.VersionOption is null)
            return new ToolState(tool, ToolCondition.Good, path, null);
        string? version = Ask(path, tool.VersionOption);
        bool old = tool.Wanted is not null && System.Version.TryParse(version, out Version? parsed) && parsed < tool.Wanted;
        return new ToolState(tool, old ? ToolCondition.Old : ToolCondition.Good, path, version);
    }

    /// <summary>Looks for tools, all at once.</summary>
    internal static IReadOnlyList<ToolState> OfAll(IReadOnlyList<Tool> tools, HostSystem system)
        => [.. tools.AsParallel().AsOrdered().WithDegreeOfParallelism(tools.Count).Select(tool => Of(tool, system))];

    private static string? Ask(string path, string option)
    {
        var said = new MemoryStream();
        var process = new EmulatorProcess
        {
            FileName = path,
            Arguments = [option],
            OnOutput = bytes => said.Write(bytes),
            OnErrorLine = line =>
            {
                lock (said)
                    said.Write(Encoding.UTF8.GetBytes(line + "\n"));
            },
            Timeout = s_patience,
        };
        process.Run(CancellationToken.None);
        return VersionText.FindText(Encoding.UTF8.GetString(said.ToArray()));
    }
}
