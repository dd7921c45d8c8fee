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
/// the directory's own path below the root is put before it. Source: Linux man page openat2(2). For one thread.
/// </remarks>
internal sealed unsafe class PathResolver(int root) : IDisposable
{
    /// <summary>PATH_MAX: with the zero at the end.</summary>
    internal const int MaxPath = 4096;

    private const ulong NoMagicLinks = 0x02;
    private const ulong Beneath = 0x08;
    private const ulong InRoot = 0x10;

    /// <summary>Constants by which even an absolute path is resolved at the directory given.</summary>
    internal const ulong MeansDirectory = Beneath | InRoot;

    private const long OpenAt2 = 437;

    // A rename or mount somewhere may disturb the kernel's check; it asks to try again.
    private const int MaxTries = 1000;

    private readonly byte* _joined = (byte*)NativeMemory.Alloc(3 * MaxPath);

    /// <summary>Opens a path.</summary>
    /// <param name="directory">Where a relative path starts.</param>
    /// <param name="path">With a zero at the end.</param>
    /// <param name="flags">Of open. O_CLOEXEC and O_NOCTTY are added.</param>
    /// <param name="mode">Permissions, if a file is made.</param>
    /// <param name="resolve">RESOLVE_ constants that the application asks for: BENEATH and IN_ROOT mean the directory then.</param>
    /// <returns>A descriptor, or a negated error number.</returns>
    internal int Open(int directory, byte* path, OpenFlags flags, uint mode, ulong resolve = 0)
    {
        if ((resolve & MeansDirectory) != 0)
            return OpenHere(directory, path, flags, mode, resolve);
        if (path[0] == '/')
            return OpenHere(root, path, flags, mode, resolve | InRoot);

        int result = OpenHere(directory, path, flags, mode, resolve | Beneath);
        if (result != -(int)Errno.EXDEV)
            return result;
        return Join(directory, path) is < 0 and var error ? error : OpenHere(root, _joined, flags, mode, resolve | InRoot);
    }

    /// <summary>The path of a directory as the application sees it, with a zero at the end.</summary>
    /// <returns>Bytes with the zero, or a negated error number: -ENOENT if it is not below the root any more.</returns>
    internal int GetPath(int directory, Span<byte> target)
    {
        Span<byte> rootPath = stackalloc byte[MaxPath];
        Span<byte> path = stackalloc byte[MaxPath];
        int rootLength = ReadPath(root, rootPath);
        int length = ReadPath(directory, path);
        if (rootLength < 0 || length < 0)
            return Math.Min(rootLength, length);

        rootPath = rootPath[..rootLength];
        path = path[..length];
        if (rootPath is [(byte)'/'])
            rootPath = [];
        if (!path.StartsWith(rootPath) || (path.Length > rootPath.Length && path[rootPath.Length] != '/'))
            return -(int)Errno.ENOENT;

        ReadOnlySpan<byte> below = path.Length == rootPath.Length ? "/"u8 : path[rootPath.Length..];
        if (below.Length + 1 > target.Length)
            return -(int)Errno.ERANGE;

        below.CopyTo(target);
        target[below.Length] = 0;
        return below.Length + 1;
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(_joined);

    private static int OpenHere(int directory, byte* path, OpenFlags flags, uint mode, ulong resolve)
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

    private int Join(int directory, byte* path)
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
