using System.Diagnostics;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Machines.Sdk;

/// <summary>Runs the dotnet command, and others, as a user does.</summary>
internal static class DotNetProcess
{
    internal static ToolResult Run(string directory, IEnumerable<string> arguments) => Run(directory, DotNet.Host, arguments, new Dictionary<string, string>());

    /// <summary>Runs a program.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="variables">More of the environment.</param>
    internal static ToolResult Run(string directory, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> variables)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the test run itself was started with must not reach the build.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);

        // A build server that stays behind would keep the output open, and this process waiting.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        foreach ((string name, string value) in variables)
            start.Environment[name] = value;

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(10)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} takes more than ten minutes");
        }

        return new ToolResult(process.ExitCode, output.Result, errors.Result);
    }
}
