using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>Opens what a path of the application means, below its root. Linux itself keeps the path inside.</summary>
/// <remarks>
/// An absolute path is resolved with RESOLVE_IN_ROOT at the root: ".." stops there and absolute links start there. One that
/// starts at another directory is resolved with RESOLVE_BENEATH at that; if it wants to leave it, by ".." or an absolute link,
/// the directory's own path below the root is put before it. Where more directories are mounted, <see cref="MountWalker"/> goes
/// name by name. Source: Linux man page openat2(2). For one thread.
/// </remarks>
internal sealed unsafe class PathResolver(MountTable mounts) : IDisposable
{
    /// <summary>PATH_MAX: with the zero at the end.</summary>
    internal const int MaxPath = 4096;

    internal const ulong NoLinks = 0x04;
    internal const ulong Beneath = 0x08;

    private const ulong NoMagicLinks = 0x02;
    private const ulong InRoot = 0x10;

    /// <summary>Constants by which even an absolute path is resolved at the directory given.</summary>
    internal const ulong MeansDirectory = Beneath | InRoot;

    private const long OpenAt2 = 437;

    // A rename or mount somewhere may disturb the kernel's check; it asks to try again.
    private const int MaxTries = 1000;

    private readonly MountWalker? _walker = mounts.Count > 1 ? new MountWalker(mounts) : null;
    private readonly byte* _joined = (byte*)NativeMemory.Alloc(3 * MaxPath);

    /// <summary>".".</summary>
    internal static byte* Here { get; } = CreateHere();

    /// <summary>The tree that the last path led to.</summary>
    internal int Tree { get; private set; }

    /// <summary>Opens a path.</summary>
    /// <param name="start">Where a relative path starts.</param>
    /// <param name="path">With a zero at the end.</param>
    /// <param name="flags">Of open. O_CLOEXEC and O_NOCTTY are added.</param>
    /// <param name="mode">Permissions, if a file is made.</param>
    /// <param name="resolve">RESOLVE_ constants that the application asks for: BENEATH and IN_ROOT mean the directory then.</param>
    /// <returns>A descriptor, or a negated error number.</returns>
    internal int Open(OpenFile start, byte* path, OpenFlags flags, uint mode, ulong resolve = 0)
    {
        Tree = start.Tree;
        if ((resolve & MeansDirectory) != 0)
            return Changes(flags) && mounts.IsReadOnly(Tree) ? -(int)Errno.EROFS : OpenHere(start.Descriptor, path, flags, mode, resolve);
        if (_walker is not null)
            return Walk(_walker, start, path, flags, mode, resolve);
        if (path[0] == '/')
            return OpenHere(mounts.Descriptor(0), path, flags, mode, resolve | InRoot);

        int result = OpenHere(start.Descriptor, path, flags, mode, resolve | Beneath);
        if (result != -(int)Errno.EXDEV)
            return result;
        return Join(start, path) is < 0 and var error ? error : OpenHere(mounts.Descriptor(0), _joined, flags, mode, resolve | InRoot);
    }

    /// <summary>Opens an absolute path.</summary>
    internal int OpenAbsolute(byte* path, OpenFlags flags) => _walker is null
        ? OpenHere(mounts.Descriptor(0), path, flags, 0, InRoot)
        : Walk(_walker, null, path, flags, 0, 0);

    /// <summary>Whether a name in the directory that was opened last is needed as it is, by what is mounted there or below.</summary>
    /// <param name="name">With a zero or slashes at the end.</param>
    internal bool IsPinned(byte* name)
    {
        if (_walker is null)
            return false;

        ReadOnlySpan<byte> last = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name).TrimEnd((byte)'/');
        ReadOnlySpan<byte> parent = _walker.Walked;
        Span<byte> path = stackalloc byte[parent.Length + 1 + last.Length];
        parent.CopyTo(path);
        path[parent.Length] = (byte)'/';
        last.CopyTo(path[(parent.Length + 1)..]);
        return mounts.Pins(path);
    }

    /// <summary>The path of a directory as the application sees it, with a zero at the end.</summary>
    /// <returns>Bytes with the zero, or a negated error number: -ENOENT if it is not below the root any more.</returns>
    internal int GetPath(OpenFile directory, Span<byte> target)
    {
        ReadOnlySpan<byte> prefix = mounts.GuestPath(directory.Tree);
        Span<byte> rootPath = stackalloc byte[MaxPath];
        Span<byte> path = stackalloc byte[MaxPath];
        int rootLength = ReadPath(mounts.Descriptor(directory.Tree), rootPath);
        int length = ReadPath(directory.Descriptor, path);
        if (rootLength < 0 || length < 0)
            return Math.Min(rootLength, length);

        rootPath = rootPath[..rootLength];
        path = path[..length];
        if (rootPath is [(byte)'/'])
            rootPath = [];
        if (!path.StartsWith(rootPath) || (path.Length > rootPath.Length && path[rootPath.Length] != '/'))
            return -(int)Errno.ENOENT;

        ReadOnlySpan<byte> below = path[rootPath.Length..];
        if (below.IsEmpty && prefix.IsEmpty)
            below = "/"u8;
        int count = prefix.Length + below.Length;
        if (count + 1 > target.Length)
            return -(int)Errno.ERANGE;

        prefix.CopyTo(target);
        below.CopyTo(target[prefix.Length..]);
        target[count] = 0;
        return count + 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _walker?.Dispose();
        NativeMemory.Free(_joined);
    }

    internal static int OpenHere(int directory, byte* path, OpenFlags flags, uint mode, ulong resolve)
    {
        var how = new OpenHow
        {
            Flags = (ulong)(uint)(flags | OpenFlags.CloseOnExec | ((flags & OpenFlags.Path) == 0 ? OpenFlags.NoTerminal : 0)),
            Mode = mode,
            Resolve = resolve | NoMagicLinks,
        };
        for (int i = 0; i < MaxTries; i++)
        {
            long result = Libc.SystemCall(OpenAt2, directory, path, &how, sizeof(OpenHow), null);
            if (result >= 0)
                return (int)result;
            if (Libc.LastError is not (Errno.EAGAIN or Errno.EINTR))
                return -(int)Libc.LastError;
        }

        return -(int)Errno.EAGAIN;
    }

    private int Join(OpenFile directory, byte* path)
    {
        int length = GetPath(directory, new Span<byte>(_joined, MaxPath));
        if (length < 0)
            return length;

        _joined[length - 1] = (byte)'/';
        ReadOnlySpan<byte> rest = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path);
        rest.CopyTo(new Span<byte>(_joined + length, MaxPath));
        _joined[length + rest.Length] = 0;
        return 0;
    }

    /// <summary>Whether to open like that may change a tree.</summary>
    private static bool Changes(OpenFlags flags) =>
        (flags & OpenFlags.Path) == 0 && (flags & (OpenFlags.AccessMask | OpenFlags.Create | OpenFlags.Truncate)) != 0;

    private int Walk(MountWalker walker, OpenFile? start, byte* path, OpenFlags flags, uint mode, ulong resolve)
    {
        if (path[0] == 0)
            return -(int)Errno.ENOENT;
        if (path[0] != '/' && Join(start!, path) is < 0 and var error)
            return error;

        bool follows = (flags & OpenFlags.NoFollow) == 0 && (flags & (OpenFlags.Create | OpenFlags.Exclusive)) != (OpenFlags.Create | OpenFlags.Exclusive);
        ReadOnlySpan<byte> all = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path[0] == '/' ? path : _joined);
        int result = walker.Walk(all, follows, (resolve & NoLinks) == 0, out bool needsDirectory);
        if (result < 0)
            return result;

        Tree = mounts.Find(walker.Walked);
        if (Changes(flags) && mounts.IsReadOnly(Tree))
            return -(int)Errno.EROFS;
        return walker.Open(flags, mode, needsDirectory, out _);
    }

    private static byte* CreateHere()
    {
        byte* text = (byte*)NativeMemory.AllocZeroed(2);
        text[0] = (byte)'.';
        return text;
    }

    private static int ReadPath(int descriptor, Span<byte> target)
    {
        byte* link = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(descriptor, new Span<byte>(link, FileTree.MaxPath));
        fixed (byte* start = target)
        {
            nint length = Libc.ReadLinkAt(AtFlags.WorkingDirectory, link, start, (nuint)target.Length);
            return length < 0 ? FileTree.Error : length == target.Length ? -(int)Errno.ENAMETOOLONG : (int)length;
        }
    }
}
