using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench.Guests;

/// <summary>Debian's kernel for virtual machines: the Linux that the libOS is compared with.</summary>
internal static class CloudKernel
{
    /// <summary>The package that depends on the newest of them.</summary>
    internal const string Package = "linux-image-cloud-amd64";
    private const string Pattern = "vmlinuz-*-cloud-amd64";

    /// <summary>The kernel of this host, or the one in a folder, or a new one from Debian's archive, which stays in the folder.</summary>
    /// <exception cref="LaunchException">There is none and none can be had.</exception>
    internal static string FindOrFetch(string folder, Action<string> note)
    {
        Directory.CreateDirectory(folder);
        return Find(folder) ?? Find("/boot") ?? LinuxPackage.FindOrFetch(Package, [], folder, note).Kernel;
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
}
