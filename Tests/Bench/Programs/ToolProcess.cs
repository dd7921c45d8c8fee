using System.Diagnostics;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench.Programs;

/// <summary>Runs a program of the host to its end.</summary>
internal static class ToolProcess
{
    /// <summary>Runs it and returns what it wrote to standard output.</summary>
    /// <exception cref="LaunchException">It failed; the message holds what it said.</exception>
    internal static byte[] Run(string program, IEnumerable<string> arguments, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        start.Environment["LC_ALL"] = "C";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new LaunchException("AZ7201", $"{Path.GetFileName(program)} ended with status {process.ExitCode}: {errors.Result.Trim()}", null, ExitStatus.Failure);
        }

        return output.ToArray();
    }
}
