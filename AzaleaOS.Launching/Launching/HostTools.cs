namespace AzaleaOS.Build.Launching;

/// <summary>Finds the programs and data files of the host.</summary>
/// <param name="directories">Where programs are looked for, in this order.</param>
/// <param name="root">Put before the absolute paths of data files; empty for the real ones.</param>
public sealed class HostTools(IReadOnlyList<string> directories, string root = "")
{
    /// <summary>The tools of this host: PATH, then the administrator's directories, which PATH lacks for some users.</summary>
    public static HostTools Default { get; } = new(
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        "/usr/sbin",
        "/sbin",
    ]);

    /// <summary>The full path of a program, or null.</summary>
    public string? FindProgram(string name)
    {
        foreach (string directory in directories)
        {
            string path = Path.Combine(directory, OperatingSystem.IsWindows() ? name + ".exe" : name);
            if (IsExecutable(path))
                return path;
        }

        return null;
    }

    /// <summary>The first of these files or directories that exists, or null.</summary>
    public string? FindData(params ReadOnlySpan<string> candidates)
    {
        foreach (string candidate in candidates)
        {
            string path = root + candidate;
            if (IsThere(path))
                return path;
        }

        return null;
    }

    /// <summary>The full path of a program, or an error that says how to get it.</summary>
    public string Program(string name, string purpose) => FindProgram(name)
        ?? throw LaunchException.Unavailable("AZ7101", $"{name} is not installed; it {purpose}", InstallAdvice);

    /// <summary>The first of these files, or an error that says how to get it.</summary>
    public string Data(string purpose, params ReadOnlySpan<string> candidates) => FindData(candidates)
        ?? throw LaunchException.Unavailable("AZ7101", $"{candidates[0]} is missing; it {purpose}", InstallAdvice);

    /// <summary>What every message about a missing tool ends with.</summary>
    internal const string InstallAdvice = "install it with:  azalea doctor --install";

    /// <summary>True if something is at the path. File.Exists alone says so of a link, too, whose target is missing.</summary>
    private static bool IsThere(string path)
        => Directory.Exists(path) || (File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is null or { Exists: true });

    private static bool IsExecutable(string path)
    {
        if (!IsThere(path) || Directory.Exists(path))
            return false;
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & execute) != 0;
    }
}
