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
/// name by name; so it does where a link is on the way, if some directories are the unikernel's (<see cref="KernelPlaces"/>). Source: Linux man page openat2(2). For one thread.
/// </remarks>
internal sealed unsafe class PathResolver(MountTable mounts) : IDisposable
{
    /// <summary>PATH_MAX: with the zero at the end.</summary>
    internal const int MaxPath = 4096;

    internal const ulong NoLinks = 0x04;
    internal const ulong Beneath = 0x08;

    private const ulong NoOtherMounts = 0x01;
    private const ulong NoMagicLinks = 0x02;
    private const ulong InRoot = 0x10;

    /// <summary>Constants by which even an absolute path is resolved at the directory given.</summary>
    internal const ulong MeansDirectory = Beneath | InRoot;

    private const long OpenAt2 = 437;

    // A rename or mount somewhere may disturb the kernel's check; it asks to try again.
    private const int MaxTries = 1000;

    // How often a path is walked that others change meanwhile.
    private const int MaxWalks = 8;

    private readonly MountWalker _walker = new(mounts);
    private readonly byte* _joined = (byte*)NativeMemory.Alloc(3 * MaxPath);
    private readonly byte[] _place = new byte[2 * MaxPath];
    private int _placeLength;

    /// <summary>".".</summary>
    internal static byte* Here { get; } = CreateHere();

    /// <summary>The tree that the last path led to.</summary>
    internal int Tree { get; private set; }

    /// <summary>Whether /proc, /sys and /dev are the unikernel's.</summary>
    internal bool HasPlaces { get; set; }

    /// <summary>Whether nothing is opened: only found out whether a path leads to such a place. Then -ECANCELED says that it does not.</summary>
    internal bool Explains { get; set; }

    /// <summary>How many links were followed, and where the last path led to that got -EREMOTE.</summary>
    internal ReadOnlySpan<byte> Place => _place.AsSpan(0, _placeLength);

    /// <summary>Opens a path.</summary>
    /// <param name="start">Where a relative path starts.</param>
    /// <param name="path">With a zero at the end.</param>
    /// <param name="flags">Of open. O_CLOEXEC and O_NOCTTY are added.</param>
    /// <param name="mode">Permissions, if a file is made.</param>
    /// <param name="resolve">RESOLVE_ constants that the application asks for: BENEATH and IN_ROOT mean the directory then.</param>
    /// <returns>A descriptor, or a negated error number; -EREMOTE if it leads to a place of the unikernel.</returns>
    internal int Open(OpenFile start, byte* path, OpenFlags flags, uint mode, ulong resolve = 0)
    {
        Tree = start.Tree;
        if ((resolve & MeansDirectory) != 0)
            return Explains ? -(int)Errno.ECANCELED : Changes(flags) && mounts.IsReadOnly(Tree) ? -(int)Errno.EROFS : OpenHere(start.Descriptor, path, flags, mode, resolve);
        if (mounts.Count > 1 || Explains)
            return Walk(start, path, flags, mode, resolve);

        bool fromRoot = path[0] == '/' || (HasPlaces && IsRoot(start));
        int result;
        if (!fromRoot)
        {
            result = OpenHere(start.Descriptor, path, flags, mode, resolve | Beneath);
            if (result != -(int)Errno.EXDEV)
                return result;
        }
        else if (HasPlaces && !KernelPlaces.Contains(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path)))
        {
            result = OpenHere(mounts.Descriptor(0), path, flags, mode, resolve | InRoot | NoLinks);
            if (result != -(int)Errno.ELOOP || (resolve & NoLinks) != 0)
                return result;
        }

        if (HasPlaces)
            return Walk(start, path, flags, mode, resolve);
        if (fromRoot)
            return OpenHere(mounts.Descriptor(0), path, flags, mode, resolve | InRoot);
        return Join(start, path) is < 0 and var error ? error : OpenHere(mounts.Descriptor(0), _joined, flags, mode, resolve | InRoot);
    }

    /// <summary>Opens an absolute path.</summary>
    internal int OpenAbsolute(byte* path, OpenFlags flags) => mounts.Count <= 1
        ? OpenHere(mounts.Descriptor(0), path, flags, 0, InRoot)
        : Walk(null, path, flags, 0, 0);

    /// <summary>Whether a name in a directory is a place of the unikernel, which is kept then.</summary>
    /// <param name="directory">What <see cref="Open"/> has just said of it.</param>
    /// <param name="name">Perhaps with slashes at the end.</param>
    internal bool IsPlace(int directory, ReadOnlySpan<byte> name)
    {
        if (!HasPlaces || !KernelPlaces.Is(name.TrimEnd((byte)'/')))
            return false;
        if (directory < 0 ? directory != -(int)Errno.ECANCELED || !_walker.Walked.IsEmpty : !IsRoot(directory))
            return false;

        Keep(_walker.LinkCount, "/"u8);
        AddToPlace(name);
        return true;
    }

    /// <summary>Puts a name behind <see cref="Place"/>, which ends with a slash.</summary>
    internal void AddToPlace(ReadOnlySpan<byte> name)
    {
        int count = Math.Min(name.Length, _place.Length - _placeLength);
        name[..count].CopyTo(_place.AsSpan(_placeLength));
        _placeLength += count;
    }

    /// <summary>Whether a name in the directory that was opened last is needed as it is, by what is mounted there or below.</summary>
    /// <param name="name">With a zero or slashes at the end.</param>
    internal bool IsPinned(byte* name)
    {
        if (mounts.Count <= 1)
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
        _walker.Dispose();
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

    private bool IsRoot(OpenFile directory) => directory.IsRoot ??= IsRoot(directory.Descriptor);

    private bool IsRoot(int directory)
    {
        Stat root, status;
        return Libc.StatAt(mounts.Descriptor(0), FileTree.Empty, &root, AtFlags.EmptyPath) == 0
            && Libc.StatAt(directory, FileTree.Empty, &status, AtFlags.EmptyPath) == 0
            && (root.Device, root.Inode) == (status.Device, status.Inode);
    }

    private void Keep(int links, ReadOnlySpan<byte> place)
    {
        (_place[0], _placeLength) = ((byte)links, 1);
        AddToPlace(place);
    }

    private int Walk(OpenFile? start, byte* path, OpenFlags flags, uint mode, ulong resolve)
    {
        if (path[0] == 0)
            return -(int)Errno.ENOENT;
        if (path[0] != '/' && Join(start!, path) is < 0 and var error)
            return error;

        bool follows = (flags & OpenFlags.NoFollow) == 0 && (flags & (OpenFlags.Create | OpenFlags.Exclusive)) != (OpenFlags.Create | OpenFlags.Exclusive);
        ReadOnlySpan<byte> all = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path[0] == '/' ? path : _joined);
        int result = 0;
        for (int i = 0; i < MaxWalks; i++)
        {
            result = WalkOnce(all, follows, flags, mode, resolve);
            // A link that was changed on the way: what it said before may be gone.
            bool isLate = _walker.HasFollowed && (result == -(int)Errno.ELOOP ? follows : i == 0 && result is -(int)Errno.ENOENT or -(int)Errno.ENOTDIR);
            if (!isLate)
                break;
        }

        return result;
    }

    private int WalkOnce(ReadOnlySpan<byte> path, bool follows, OpenFlags flags, uint mode, ulong resolve)
    {
        int result = _walker.Walk(path, follows, (resolve & NoLinks) == 0, (flags & OpenFlags.Create) != 0, HasPlaces, out bool needsDirectory);
        if (result == -(int)Errno.EREMOTE)
        {
            Keep(_walker.LinkCount, _walker.Place);
            return (resolve & NoOtherMounts) != 0 ? -(int)Errno.EXDEV : result;
        }

        if (result < 0)
            return result;

        Tree = mounts.Find(_walker.Walked);
        if (Explains)
            return -(int)Errno.ECANCELED;
        if (Changes(flags) && mounts.IsReadOnly(Tree))
            return -(int)Errno.EROFS;
        return _walker.Open(flags, mode, needsDirectory, out _);
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
