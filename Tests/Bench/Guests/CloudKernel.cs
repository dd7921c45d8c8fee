using System.Formats.Tar;
using System.Text;
using AzaleaOS.Bench.Programs;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench.Guests;

/// <summary>Debian's kernel for virtual machines: the Linux that the libOS is compared with.</summary>
internal static class CloudKernel
{
    private const string Package = "linux-image-cloud-amd64";
    private const string Pattern = "vmlinuz-*-cloud-amd64";

    /// <summary>The kernel of this host, or the one in a folder, or a new one from Debian's archive, which stays in the folder.</summary>
    /// <exception cref="LaunchException">There is none and none can be had.</exception>
    internal static string FindOrFetch(string folder, Action<string> note)
    {
        Directory.CreateDirectory(folder);
        return Find(folder) ?? Find("/boot") ?? Fetch(folder, note);
    }

    /// <summary>The package with the kernel itself that the description of <see cref="Package"/> depends on; or null.</summary>
    internal static string? FindDependency(string description)
        => description.Split('\n')
            .Where(line => line.StartsWith("Depends:", StringComparison.Ordinal))
            .SelectMany(line => line["Depends:".Length..].Split(','))
            .Select(dependency => dependency.Trim().Split(' ')[0])
            .FirstOrDefault(name => name.StartsWith("linux-image-", StringComparison.Ordinal));

    /// <summary>Copies the kernel out of a package's files, a tar archive.</summary>
    /// <returns>Its path, or null if there is none in it.</returns>
    internal static string? Extract(Stream files, string folder)
    {
        using var reader = new TarReader(files);
        while (reader.GetNextEntry() is { } entry)
        {
            string name = Path.GetFileName(entry.Name);
            bool isKernel = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile
                && entry.Name.TrimStart('.', '/').StartsWith("boot/vmlinuz-", StringComparison.Ordinal);
            if (isKernel)
            {
                string path = Path.Combine(folder, name);
                entry.ExtractToFile(path + ".part", overwrite: true);
                File.Move(path + ".part", path, overwrite: true);
                return path;
            }
        }

        return null;
    }

    private static string? Find(string folder)
        => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Pattern).Where(IsReadable).Max(StringComparer.Ordinal) : null;

    private static bool IsReadable(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Fetch(string folder, Action<string> note)
    {
        if (HostTools.Default.FindProgram("apt-get") is not { } apt)
            throw Missing("there is no apt-get here");
        string show = HostTools.Default.Program("apt-cache", "names the newest kernel");
        string description = Encoding.UTF8.GetString(ToolProcess.Run(show, ["show", "--no-all-versions", Package]));
        string package = FindDependency(description) ?? throw Missing("apt-cache does not know it");
        note($"fetching {package} from Debian's archive");
        string work = Directory.CreateTempSubdirectory("azalea-linux-").FullName;
        try
        {
            _ = ToolProcess.Run(apt, ["download", "-qq", package], work);
            string archive = Directory.GetFiles(work, "*.deb").Single();
            byte[] files = ToolProcess.Run(HostTools.Default.Program("dpkg-deb", "unpacks the kernel"), ["--fsys-tarfile", archive]);
            return Extract(new MemoryStream(files), folder) ?? throw Missing($"{package} holds no kernel");
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static LaunchException Missing(string why) => LaunchException.Unavailable(
        "AZ7202",
        $"no Linux kernel to compare with: {why}",
        $"install the package {Package}, or put a {Pattern} into /boot");
}
