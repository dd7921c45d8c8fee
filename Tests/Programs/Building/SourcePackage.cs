using System.Security.Cryptography;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Programs.Building;

/// <summary>The upstream sources of a package of Debian 12, from Debian's archive by APT.</summary>
/// <param name="Package">The source package.</param>
/// <param name="Archive">The file with the upstream sources.</param>
/// <param name="Sha256">Its hash.</param>
internal sealed record SourcePackage(string Package, string Archive, string Sha256)
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    private static readonly Lock s_apt = new();

    /// <summary>Unpacks the sources into a folder, downloading them the first time.</summary>
    /// <remarks>The host's own sources of APT need not list source packages, and are not changed: APT gets another list, below artifacts.</remarks>
    internal void UnpackInto(BuildFolder folder, string name)
    {
        string store = Path.Combine(SourceTree.Root, "artifacts", "sources");
        string archive = Path.Combine(store, Archive);
        lock (s_apt)
        {
            if (!IsRight(archive))
                Download(store);
        }

        Directory.CreateDirectory(folder[name]);
        folder.Run("/bin/tar", "-xf", archive, "-C", name, "--strip-components=1");
    }

    private void Download(string store)
    {
        var folder = new BuildFolder(store);
        foreach (string part in (string[])["lists/partial", "cache/archives/partial"])
            Directory.CreateDirectory(folder[part]);
        File.WriteAllText(folder["debian.sources"], $"Types: deb-src\nURIs: http://deb.debian.org/debian\nSuites: bookworm\nComponents: main\nSigned-By: {Keyring}\n");
        string[] options =
        [
            "-qq", "-o", $"Dir::Etc::SourceList={folder["debian.sources"]}", "-o", "Dir::Etc::SourceParts=/dev/null",
            "-o", $"Dir::State::Lists={folder["lists"]}", "-o", $"Dir::Cache={folder["cache"]}", "-o", "APT::Sandbox::User=",
        ];
        folder.Run("/usr/bin/apt-get", [.. options, "update"]);
        folder.Run("/usr/bin/apt-get", [.. options, "source", "--download-only", "--tar-only", $"{Package}/bookworm"]);
        if (!IsRight(folder[Archive]))
            throw new InvalidOperationException($"{Package}: APT brought no {Archive} with SHA-256 {Sha256}");
    }

    private bool IsRight(string archive) => File.Exists(archive) && Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(archive))) == Sha256;
}
