using AzaleaOS.Build.Native;

namespace AzaleaOS.Tests.Programs.Building;

/// <summary>The upstream sources of a package of Debian 12.</summary>
/// <param name="Package">The source package.</param>
/// <param name="Archive">The file with the upstream sources.</param>
/// <param name="Sha256">Its hash.</param>
internal sealed record SourcePackage(string Package, string Archive, string Sha256)
{
    /// <summary>Unpacks the sources into a folder, downloading them the first time.</summary>
    internal void UnpackInto(BuildFolder folder, string name) => new DebianSource(Package, Archive, Sha256).UnpackInto(folder[name]);
}
