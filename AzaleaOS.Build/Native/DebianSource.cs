using System.Security.Cryptography;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Build.Native;

/// <summary>The upstream sources of a package of Debian 12, from Debian's archive by APT.</summary>
/// <param name="Package">The source package.</param>
/// <param name="Archive">The file with the upstream sources.</param>
/// <param name="Sha256">Its hash.</param>
internal sealed record DebianSource(string Package, string Archive, string Sha256)
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    private static readonly Lock s_apt = new();

    private static string Store => Path.Combine(SourceTree.Root, "artifacts", "sources");

    /// <summary>Unpacks the sources into a folder that is made, downloading them the first time.</summary>
    /// <remarks>The host's own sources of APT need not list source packages, and are not changed: APT gets another list, below artifacts.</remarks>
    /// <exception cref="BuildException">AZ7951: the sources were not to be had, or tar failed.</exception>
    internal void UnpackInto(string folder)
    {
        string archive = Path.Combine(Store, Archive);
        lock (s_apt)
        {
            if (!IsRight(archive))
                Download();
        }

        Directory.CreateDirectory(folder);
        ToolRunner.Run("/bin/tar", "AZ7951", "-xf", archive, "-C", folder, "--strip-components=1");
    }

    private void Download()
    {
        foreach (string part in (string[])["lists/partial", "cache/archives/partial"])
            Directory.CreateDirectory(Path.Combine(Store, part));
        string list = Path.Combine(Store, "debian.sources");
        File.WriteAllText(list, $"Types: deb-src\nURIs: http://deb.debian.org/debian\nSuites: bookworm\nComponents: main\nSigned-By: {Keyring}\n");
        string apt = HostTools.Default.Program("apt-get", "brings the sources of the C library");
        string[] options =
        [
            "-qq", "-o", $"Dir::Etc::SourceList={list}", "-o", "Dir::Etc::SourceParts=/dev/null", "-o", $"Dir::State::Lists={Path.Combine(Store, "lists")}",
            "-o", $"Dir::Cache={Path.Combine(Store, "cache")}", "-o", "APT::Sandbox::User=",
        ];
        ToolRunner.Run(apt, "AZ7951", [.. options, "update"]);
        ToolRunner.RunIn(Store, apt, "AZ7951", [.. options, "source", "--download-only", "--tar-only", $"{Package}/bookworm"]);
        if (!IsRight(Path.Combine(Store, Archive)))
            throw new BuildException("AZ7951", $"{Package}: APT brought no {Archive} with SHA-256 {Sha256}");
    }

    private bool IsRight(string archive) => File.Exists(archive) && Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(archive))) == Sha256;
}
