using System.Diagnostics;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Machines.Sdk;

/// <summary>Runs the dotnet command as a user does.</summary>
internal static class DotNetProcess
{
    internal static ToolResult Run(string directory, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(DotNet.Host, arguments)
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

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(10)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet {string.Join(' ', arguments)} takes more than ten minutes");
        }

        return new ToolResult(process.ExitCode, output.Result, errors.Result);
    }
}
