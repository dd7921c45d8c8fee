using System.Text;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>The directories of the host that an application sees: its root is number 0. Never changes.</summary>
internal sealed unsafe class MountTable : IDisposable
{
    private readonly List<(int Descriptor, byte[] Guest, bool ReadOnly)> _trees = [];

    /// <summary>Opens them.</summary>
    /// <exception cref="LinuxException">There is no such directory.</exception>
    /// <exception cref="ArgumentException">The place of one is no directory of the application's tree.</exception>
    internal MountTable(OffloadOptions options)
    {
        if (options.Root is not { } root)
        {
            if (options.Mounts.Count > 0)
                throw new ArgumentException($"{options.Mounts[0].Guest} cannot be mounted without a root directory: name one with --root");
            return;
        }

        _trees.Add((OpenDirectory(root), [], options.ReadOnly));
        // A path inside another mount comes behind it.
        foreach (MountedDirectory mount in options.Mounts.OrderBy(mount => mount.Guest.Length))
        {
            using var resolver = new PathResolver(this);
            fixed (byte* guest = (byte[])[.. Encoding.UTF8.GetBytes(mount.Guest), 0])
            {
                int place = resolver.OpenAbsolute(guest, OpenFlags.Path | OpenFlags.Directory);
                if (place < 0)
                    throw new ArgumentException($"{mount.Guest} cannot be a mount: it is no directory below {root}; make it first");
                _ = Libc.Close(place);
            }

            _trees.Add((OpenDirectory(mount.Host), Encoding.UTF8.GetBytes(mount.Guest), options.ReadOnly || mount.ReadOnly));
        }
    }

    internal int Count => _trees.Count;

    /// <summary>O_PATH descriptor of a tree's directory.</summary>
    internal int Descriptor(int tree) => _trees[tree].Descriptor;

    internal bool IsReadOnly(int tree) => _trees[tree].ReadOnly;

    /// <summary>Where the application sees a tree; empty for the root.</summary>
    internal ReadOnlySpan<byte> GuestPath(int tree) => _trees[tree].Guest;

    /// <summary>The tree that a path is in.</summary>
    /// <param name="path">Absolute, without ".", ".." and links; empty for the root.</param>
    internal int Find(ReadOnlySpan<byte> path)
    {
        int found = 0;
        for (int tree = 1; tree < _trees.Count; tree++)
        {
            if (IsAtOrBelow(path, _trees[tree].Guest) && _trees[tree].Guest.Length > _trees[found].Guest.Length)
                found = tree;
        }

        return found;
    }

    /// <summary>Whether a path is where a tree is mounted, or above that: its name must stay.</summary>
    internal bool Pins(ReadOnlySpan<byte> path)
    {
        for (int tree = 1; tree < _trees.Count; tree++)
        {
            if (IsAtOrBelow(_trees[tree].Guest, path))
                return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((int descriptor, _, _) in _trees)
            _ = Libc.Close(descriptor);
    }

    private static bool IsAtOrBelow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> above) =>
        path.StartsWith(above) && (path.Length == above.Length || path[above.Length] == '/');

    private static int OpenDirectory(string path)
    {
        fixed (byte* text = (byte[])[.. Encoding.UTF8.GetBytes(path), 0])
            return LinuxException.ThrowIfFailed(Libc.OpenAt(AtFlags.WorkingDirectory, text, OpenFlags.Path | OpenFlags.Directory | OpenFlags.CloseOnExec, 0), $"open the directory {path}");
    }
}
