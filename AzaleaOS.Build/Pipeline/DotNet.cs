namespace AzaleaOS.Build.Pipeline;

/// <summary>The dotnet command of the SDK.</summary>
public static class DotNet
{
    /// <summary>The host that this process runs on, else the one on PATH.</summary>
    public static string Host { get; } = FindHost();

    private static string FindHost()
    {
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        return Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host
            : Path.GetFileName(Environment.ProcessPath) == name ? Environment.ProcessPath!
            : name;
    }
}
