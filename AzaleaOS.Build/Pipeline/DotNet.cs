using System.Diagnostics;

namespace AzaleaOS.Build.Pipeline;

/// <summary>The dotnet command of the SDK.</summary>
public static class DotNet
{
    /// <summary>The host that this process runs on, else the one on PATH.</summary>
    public static string Host { get; } = FindHost();

    /// <summary>Runs it with nothing to read. What it prints goes to standard error, so that results stay alone on standard output.</summary>
    /// <returns>Its exit status.</returns>
    public static async Task<int> RunAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        ProcessStartInfo start = new(Host, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            Task copied = CopyLinesAsync(process.StandardOutput, cancellation);
            await process.WaitForExitAsync(cancellation);
            await copied;
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task CopyLinesAsync(TextReader from, CancellationToken cancellation)
    {
        while (await from.ReadLineAsync(cancellation) is { } line)
            await Console.Error.WriteLineAsync(line);
    }

    private static string FindHost()
    {
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        return Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host
            : Path.GetFileName(Environment.ProcessPath) == name ? Environment.ProcessPath!
            : name;
    }
}
