using System.Diagnostics;
using System.Globalization;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>Runs the command in processes of its own, with a state directory of its own.</summary>
internal sealed class SideloaderProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("azs-");

    internal SideloaderProcess()
    {
        File.SetUnixFileMode(_state.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Program = Path.Combine(AppContext.BaseDirectory, "sideloader");
    }

    internal string Program { get; }

    internal string Runtime => _state.FullName;

    internal string State => Path.Combine(Runtime, "azalea");

    internal Dictionary<string, string?> Environment { get; } = [];

    /// <summary>Runs a command line to its end.</summary>
    internal (int Status, string Output, string Errors) Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"sideloader {string.Join(' ', arguments)} did not end; it said {errors.Result}");
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result, errors.Result);
    }

    /// <summary>Runs one that must succeed, and gives its output.</summary>
    internal string Succeed(params string[] arguments)
    {
        (int status, string output, string errors) = Run(arguments);
        Assert.True(status == 0, $"sideloader {string.Join(' ', arguments)}: status {status}, {errors}");
        return output;
    }

    /// <summary>Starts one.</summary>
    internal Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["XDG_RUNTIME_DIR"] = Runtime;
        foreach ((string name, string? value) in Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>The processes whose command line names the state directory: daemons and machines.</summary>
    internal IReadOnlyList<int> Left()
    {
        List<int> left = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out int pid) || pid == System.Environment.ProcessId)
                continue;
            try
            {
                if (File.ReadAllText(Path.Combine(directory, "cmdline")).Contains(Runtime, StringComparison.Ordinal))
                    left.Add(pid);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        return left;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (int pid in Left())
        {
            using Process process = Process.GetProcessById(pid);
            process.Kill();
        }

        _state.Delete(recursive: true);
    }
}
