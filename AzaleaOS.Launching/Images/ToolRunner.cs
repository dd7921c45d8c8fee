using System.Diagnostics;
using System.Globalization;
using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Images;

/// <summary>Runs a short-lived tool of the host.</summary>
internal static class ToolRunner
{
    /// <summary>Runs a tool to its end; its words become the error if it fails.</summary>
    internal static void Run(string program, string errorCode, params IEnumerable<string> arguments) => RunIn("", program, errorCode, arguments);

    /// <summary>The same in a folder.</summary>
    internal static void RunIn(string folder, string program, string errorCode, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";
        start.Environment["SOURCE_DATE_EPOCH"] = SourceDate.UnixSeconds.ToString(CultureInfo.InvariantCulture);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            string said = string.Join("; ", (errors + output.Result).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(3));
            throw new BuildException(errorCode, $"{Path.GetFileName(program)} failed with status {process.ExitCode}: {said}");
        }
    }
}
