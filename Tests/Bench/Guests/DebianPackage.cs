using System.Diagnostics;
using System.Formats.Tar;
using AzaleaOS.Bench.Programs;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench.Guests;

/// <summary>Files out of a package in Debian's archive, which is not installed.</summary>
internal static class DebianPackage
{
    /// <summary>Downloads a package and copies files out of it.</summary>
    /// <param name="package">Its name, with =VERSION where that matters.</param>
    /// <param name="isWanted">Which files: takes a path without a slash in front.</param>
    /// <param name="folder">Takes the copies, without their folders.</param>
    /// <exception cref="LaunchException">It cannot be had.</exception>
    internal static void Fetch(string package, Func<string, bool> isWanted, string folder)
    {
        string apt = HostTools.Default.Program("apt-get", "downloads a package");
        string dpkg = HostTools.Default.Program("dpkg-deb", "unpacks a package");
        string work = Directory.CreateTempSubdirectory("azalea-package-").FullName;
        try
        {
            _ = ToolProcess.Run(apt, ["download", "-qq", package], work);
            using Process unpack = Process.Start(new ProcessStartInfo(dpkg, ["--fsys-tarfile", Directory.GetFiles(work, "*.deb").Single()]) { RedirectStandardOutput = true })!;
            Extract(unpack.StandardOutput.BaseStream, isWanted, folder);
            unpack.StandardOutput.BaseStream.CopyTo(Stream.Null);
            unpack.WaitForExit();
            if (unpack.ExitCode != 0)
                throw new LaunchException("AZ7201", $"dpkg-deb ended with status {unpack.ExitCode}", null, ExitStatus.Failure);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static void Extract(Stream archive, Func<string, bool> isWanted, string folder)
    {
        Directory.CreateDirectory(folder);
        using var reader = new TarReader(archive, leaveOpen: true);
        while (reader.GetNextEntry() is { } entry)
        {
            bool isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile;
            if (!isFile || !isWanted(entry.Name.TrimStart('.', '/')))
                continue;
            // Another process may look for it at the same time.
            string name = Path.GetFileName(entry.Name);
            string part = Path.Combine(folder, $"part-{Environment.ProcessId}-{name}");
            entry.ExtractToFile(part, overwrite: true);
            File.Move(part, Path.Combine(folder, name), overwrite: true);
        }
    }
}
