namespace AzaleaOS.Build.Images;

/// <summary>One name in an initramfs.</summary>
/// <param name="Path">From the root, without a leading slash; empty for the root itself.</param>
/// <param name="Mode">File type and permissions as in stat(2).</param>
internal abstract record InitramfsEntry(string Path, uint Mode)
{
    internal const uint TypeMask = 0xF000;
    internal const uint Directory = 0x4000;
    internal const uint RegularFile = 0x8000;
    internal const uint SymbolicLink = 0xA000;

    internal bool IsDirectory => (Mode & TypeMask) == Directory;
}

/// <summary>A directory.</summary>
internal sealed record DirectoryEntry(string Path, uint Permissions) : InitramfsEntry(Path, Directory | Permissions);

/// <summary>A symbolic link.</summary>
internal sealed record LinkEntry(string Path, string Target) : InitramfsEntry(Path, SymbolicLink | 0x1FF);

/// <summary>A file whose content is a host file's.</summary>
internal sealed record HostFileEntry(string Path, uint Permissions, string HostPath) : InitramfsEntry(Path, RegularFile | Permissions);

/// <summary>A file whose content is given.</summary>
internal sealed record MemoryFileEntry(string Path, uint Permissions, ReadOnlyMemory<byte> Content) : InitramfsEntry(Path, RegularFile | Permissions);
