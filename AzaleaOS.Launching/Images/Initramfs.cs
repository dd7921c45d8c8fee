using System.Text;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Images;

/// <summary>
/// The files a program sees: a cpio archive in the "newc" form that Linux's initramfs has
/// (Documentation/driver-api/early-userspace/buffer-format.rst).
/// </summary>
/// <remarks>
/// All belong to root, all bear one date, and they stand in the order of their names, so that the same files
/// give the same bytes. A name that is added twice has the later content. Parents that nobody added are made, 0755.
/// </remarks>
public sealed class Initramfs
{
    /// <summary>PATH_MAX of Linux, its ending zero byte included.</summary>
    internal const int LongestPath = 4096;

    private const uint DefaultDirectoryPermissions = 0x1ED;     // 0755
    private const uint DefaultFilePermissions = 0x1A4;          // 0644

    private readonly SortedDictionary<string, InitramfsEntry> _entries = new(StringComparer.Ordinal);
    private string? _promoted;
    private ReadOnlyMemory<byte> _promotion;

    /// <summary>How many names there are, parents included.</summary>
    public int Count => _entries.Count;

    /// <summary>All names in order, without the slash in front.</summary>
    internal IEnumerable<string> Paths => _entries.Keys;

    /// <summary>Adds an empty directory.</summary>
    public void AddDirectory(string guestPath) => Add(new DirectoryEntry(Normalize(guestPath), DefaultDirectoryPermissions));

    /// <summary>Adds a symbolic link; the target is not looked at.</summary>
    public void AddLink(string guestPath, string target)
    {
        if (target.Length == 0 || Encoding.UTF8.GetByteCount(target) >= LongestPath)
            throw LaunchException.Usage("AZ6010", $"{guestPath}: a link's target has 1 to {LongestPath - 1} bytes");
        Add(new LinkEntry(Normalize(guestPath), target));
    }

    /// <summary>Adds a file of given content.</summary>
    public void AddContent(string guestPath, ReadOnlyMemory<byte> content, int permissions = (int)DefaultFilePermissions)
        => Add(new MemoryFileEntry(Normalize(guestPath), (uint)permissions & 0xFFF, content));

    /// <summary>
    /// Adds a host file with its permissions, or a host directory with all that is in it. A link that is named itself
    /// is followed; links inside a directory stay links.
    /// </summary>
    public void AddHost(string hostPath, string guestPath)
    {
        FileSystemInfo info = new FileInfo(hostPath);
        if (info.LinkTarget is not null)
            info = info.ResolveLinkTarget(returnFinalTarget: true) ?? info;
        if (Directory.Exists(info.FullName))
            AddTree(new DirectoryInfo(info.FullName), guestPath);
        else
            AddFile(info.FullName, hostPath, guestPath);
    }

    /// <summary>Says how a program among the files is promoted when it is loaded. Its file stays as it is. One program of an archive can be.</summary>
    /// <param name="guestPath">The program.</param>
    /// <param name="record">What AzaleaOS.Promotion says of it; null if nothing of it is promoted.</param>
    public void Promote(string guestPath, byte[]? record)
    {
        _promoted = record is null ? null : Normalize(guestPath);
        _promotion = record;
    }

    /// <summary>Writes the archive to a file.</summary>
    public void Write(string path)
    {
        using FileStream stream = File.Create(path);
        Write(stream);
    }

    /// <summary>Writes the archive.</summary>
    public void Write(Stream stream)
    {
        var writer = new CpioWriter(stream, _promoted);
        foreach (InitramfsEntry entry in _entries.Values)
            writer.Write(entry);
        writer.Finish(_promotion.Span);
    }

    /// <summary>A path from the root without slash in front, "." and "..": "/a//b/./c" is "a/b/c".</summary>
    internal static string Normalize(string guestPath)
    {
        if (!guestPath.StartsWith('/'))
            throw LaunchException.Usage("AZ6011", $"{guestPath}: a path in the guest starts with /");
        if (guestPath.Contains('\0'))
            throw LaunchException.Usage("AZ6011", "a path in the guest cannot hold a zero byte");
        var parts = new List<string>();
        foreach (string part in guestPath.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
                throw LaunchException.Usage("AZ6011", $"{guestPath}: a path in the guest cannot hold ..");
            if (part != ".")
                parts.Add(part);
        }

        string path = string.Join('/', parts);
        if (Encoding.UTF8.GetByteCount(path) >= LongestPath - 1)
            throw LaunchException.Usage("AZ6012", $"{path[..40]}...: longer than the {LongestPath - 1} bytes that Linux allows");
        return path;
    }

    private void AddTree(DirectoryInfo directory, string guestPath)
    {
        Add(new DirectoryEntry(Normalize(guestPath), Permissions(directory.FullName, DefaultDirectoryPermissions)));
        foreach (FileSystemInfo child in directory.EnumerateFileSystemInfos())
        {
            string childPath = $"{guestPath.TrimEnd('/')}/{child.Name}";
            if (child.LinkTarget is { } target)
                AddLink(childPath, target);
            else if (child is DirectoryInfo childDirectory)
                AddTree(childDirectory, childPath);
            else
                AddFile(child.FullName, child.FullName, childPath);
        }
    }

    private void AddFile(string realPath, string shownPath, string guestPath)
    {
        var info = new FileInfo(realPath);
        if (!info.Exists)
            throw LaunchException.NoInput("AZ6013", $"{shownPath}: no such file or directory");
        if (!HostFileType.IsRegular(realPath))
            throw LaunchException.NoInput("AZ6014", $"{shownPath}: neither a file nor a directory");
        if (info.Length > uint.MaxValue)
            throw LaunchException.NoInput("AZ6015", $"{shownPath}: {info.Length >> 20} MiB, and a file of an initramfs has less than 4096");
        string path = Normalize(guestPath);
        Add(new HostFileEntry(path, Permissions(realPath, DefaultFilePermissions), realPath));
    }

    private void Add(InitramfsEntry entry)
    {
        for (int slash = entry.Path.LastIndexOf('/'); slash > 0; slash = entry.Path.LastIndexOf('/', slash - 1))
        {
            string parent = entry.Path[..slash];
            if (!_entries.TryGetValue(parent, out InitramfsEntry? existing))
                _entries[parent] = new DirectoryEntry(parent, DefaultDirectoryPermissions);
            else if (!existing.IsDirectory)
                throw LaunchException.Usage("AZ6016", $"/{entry.Path}: /{parent} is not a directory");
        }

        if (!entry.IsDirectory && (entry.Path.Length == 0 || (_entries.TryGetValue(entry.Path, out InitramfsEntry? replaced) && replaced.IsDirectory)))
            throw LaunchException.Usage("AZ6016", $"/{entry.Path} is a directory and cannot be a file as well");
        if (entry.Path.Length > 0)
            _entries[entry.Path] = entry;
    }

    private static uint Permissions(string path, uint otherwise)
        => OperatingSystem.IsWindows() ? otherwise : (uint)File.GetUnixFileMode(path);
}
