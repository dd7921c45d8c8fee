using System.Text;
using AzaleaOS.Bench.Guests;
using AzaleaOS.Bench.Programs;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench.Files;

/// <summary>The virtiofsd of Debian 12, which is part of its QEMU 7.2, not of newer ones.</summary>
internal static class VirtioFsDaemon
{
    private const string Package = "qemu-system-common";
    private const string InPackage = "usr/lib/qemu/virtiofsd";

    /// <summary>The one of this host, or the one in a folder, or that of Debian's archive, which stays in the folder.</summary>
    /// <exception cref="LaunchException">There is none and none can be had.</exception>
    internal static string FindOrFetch(string folder, Action<string> note)
    {
        const string installed = "/" + InPackage;
        string kept = Path.Combine(folder, "virtiofsd");
        if (File.Exists(installed))
            return installed;
        if (File.Exists(kept))
            return kept;
        string cache = HostTools.Default.Program("apt-cache", "names the package of virtiofsd");
        string version = FindVersion(Encoding.UTF8.GetString(ToolProcess.Run(cache, ["madison", Package])))
            ?? throw LaunchException.Unavailable("AZ7202", "no virtiofsd to compare with: there is no QEMU 7.2 in APT's lists", "add Debian 12's archive to APT's sources");
        note($"fetching virtiofsd of {Package} {version} from Debian's archive");
        DebianPackage.Fetch($"{Package}={version}", path => path == InPackage, folder);
        return kept;
    }

    /// <summary>The words for it.</summary>
    internal static string[] Arguments(string socket, string root) => [$"--socket-path={socket}", "-o", $"source={root}", "-o", "cache=auto", "-o", "sandbox=chroot"];

    /// <summary>The newest version of QEMU 7.2 in a table of APT's.</summary>
    internal static string? FindVersion(string table)
        => table.Split('\n')
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(fields => fields.Length > 1 && fields[1].StartsWith("1:7.2", StringComparison.Ordinal))
            .Select(fields => fields[1])
            .FirstOrDefault();
}
