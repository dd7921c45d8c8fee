using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Requirements;

/// <summary>What decides how a tool can be installed on this host.</summary>
/// <param name="Tools">Its programs and files.</param>
/// <param name="Codename">VERSION_CODENAME of /etc/os-release: "bookworm"; empty if unknown.</param>
/// <param name="IsRoot">True if this process may install packages itself.</param>
/// <param name="HasBackports">True if APT knows bookworm-backports already.</param>
internal sealed record HostSystem(HostTools Tools, string Codename, bool IsRoot, bool HasBackports)
{
    /// <summary>This host.</summary>
    internal static HostSystem Current { get; } = new(HostTools.Default, ReadCodename("/etc/os-release"), Environment.IsPrivilegedProcess, FindBackports("/etc/apt"));

    /// <summary>True if packages come from APT.</summary>
    internal bool HasApt => Tools.FindProgram("apt-get") is not null;

    /// <summary>The value of VERSION_CODENAME in a file such as /etc/os-release.</summary>
    internal static string ReadCodename(string path)
    {
        const string key = "VERSION_CODENAME=";
        return File.Exists(path)
            ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?[key.Length..].Trim('"') ?? ""
            : "";
    }

    private static bool FindBackports(string directory)
    {
        if (!Directory.Exists(directory))
            return false;
        IEnumerable<string> lists = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".list" or ".sources");
        return lists.Any(file => File.ReadLines(file).Any(line => !line.TrimStart().StartsWith('#') && line.Contains(InstallPlan.Backports, StringComparison.Ordinal)));
    }
}
