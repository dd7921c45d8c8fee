using System.Text;
using AzaleaOS.Bench.Programs;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench.Guests;

/// <summary>A kernel of Debian and some of its modules, out of its package; the package is not installed.</summary>
/// <param name="Kernel">The kernel that QEMU boots.</param>
/// <param name="Modules">The modules in the order in which they were asked for.</param>
internal sealed record LinuxPackage(string Kernel, IReadOnlyList<string> Modules)
{
    private const string KernelPrefix = "vmlinuz-";

    /// <summary>The newest kernel, from a folder or from Debian's archive; it stays in the folder.</summary>
    /// <param name="package">The package that depends on the newest one.</param>
    /// <param name="modules">Names without ".ko".</param>
    /// <param name="folder">Where packages are kept.</param>
    /// <param name="note">Takes a line of progress.</param>
    /// <exception cref="LaunchException">There is none and none can be had.</exception>
    internal static LinuxPackage FindOrFetch(string package, IReadOnlyList<string> modules, string folder, Action<string> note)
    {
        string show = HostTools.Default.Program("apt-cache", "names the newest kernel");
        string description = Encoding.UTF8.GetString(ToolProcess.Run(show, ["show", "--no-all-versions", package]));
        string name = FindDependency(description) ?? throw Missing(package, "apt-cache does not know it");
        string home = Path.Combine(folder, name);
        if (Find(home, modules) is { } found)
            return found;
        note($"fetching {name} from Debian's archive");
        HashSet<string> files = [.. modules.Select(module => module + ".ko")];
        DebianPackage.Fetch(name, path => path.StartsWith("boot/" + KernelPrefix, StringComparison.Ordinal) || files.Contains(Path.GetFileName(path)), home);
        return Find(home, modules) ?? throw Missing(package, $"{name} lacks the kernel or one of the modules {string.Join(", ", modules)}");
    }

    /// <summary>The package with the kernel itself that the description of another depends on; or null.</summary>
    internal static string? FindDependency(string description)
        => description.Split('\n')
            .Where(line => line.StartsWith("Depends:", StringComparison.Ordinal))
            .SelectMany(line => line["Depends:".Length..].Split(','))
            .Select(dependency => dependency.Trim().Split(' ')[0])
            .FirstOrDefault(name => name.StartsWith("linux-image-", StringComparison.Ordinal));

    private static LinuxPackage? Find(string home, IReadOnlyList<string> modules)
    {
        if (!Directory.Exists(home))
            return null;
        string? kernel = Directory.EnumerateFiles(home, KernelPrefix + "*").FirstOrDefault();
        string[] paths = [.. modules.Select(module => Path.Combine(home, module + ".ko"))];
        return kernel is not null && paths.All(File.Exists) ? new LinuxPackage(kernel, paths) : null;
    }

    private static LaunchException Missing(string package, string why) => LaunchException.Unavailable(
        "AZ7202",
        $"no Linux kernel to compare with: {why}",
        $"see what apt-get says to:  apt-get update; apt-get download {package}");
}
