using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>Finds out what a path means where a name may lead to another tree, or to a place of the unikernel: name by name.</summary>
/// <remarks>
/// What has been walked is kept as a path without links, from the application's root. Each look at it starts at the directory of
/// its tree and follows no link: whatever others rename meanwhile, it stays in that tree. For one thread.
/// </remarks>
internal sealed unsafe class MountWalker(MountTable mounts) : IDisposable
{
    /// <summary>Source: Linux, include/linux/namei.h, MAXSYMLINKS.</summary>
    private const int MaxLinks = 40;
    private const int Room = 4 * PathResolver.MaxPath;

    private readonly byte* _walked = (byte*)NativeMemory.Alloc(Room);
    private readonly byte* _rest = (byte*)NativeMemory.Alloc(Room);
    private readonly byte* _link = (byte*)NativeMemory.Alloc(PathResolver.MaxPath);
    private int _length;
    private int _links;

    /// <summary>Whether the last walk followed a link, and not too many.</summary>
    internal bool HasFollowed => _links is > 0 and <= MaxLinks;

    /// <summary>How many it followed.</summary>
    internal int LinkCount => _links;

    /// <summary>The path in a place of the unikernel that the last walk led to, if it did.</summary>
    internal ReadOnlySpan<byte> Place => new(_rest + _place, Room - _place);

    private int _place = Room;

    /// <summary>What was walked: without links and slash at the end, so empty for the root.</summary>
    internal ReadOnlySpan<byte> Walked => new(_walked, _length);

    /// <summary>Walks a path.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="follows">Whether a link at the end is followed.</param>
    /// <param name="linksAllowed">Whether there may be links at all.</param>
    /// <param name="creates">O_CREAT: then a slash at the end is wrong, whatever is there.</param>
    /// <param name="hasPlaces">Whether there are <see cref="KernelPlaces"/>.</param>
    /// <param name="needsDirectory">Whether it must be a directory, because of a slash at the end.</param>
    /// <returns>0, or a negated error number: -EREMOTE if it leads to <see cref="Place"/>. The last name need not exist.</returns>
    internal int Walk(ReadOnlySpan<byte> path, bool follows, bool linksAllowed, bool creates, bool hasPlaces, out bool needsDirectory)
    {
        needsDirectory = false;
        (_length, _links) = (0, 0);
        if (path.Length > Room - PathResolver.MaxPath)
            return -(int)Errno.ENAMETOOLONG;

        int start = Room - path.Length;
        path.CopyTo(new Span<byte>(_rest + start, path.Length));
        while (true)
        {
            while (start < Room && _rest[start] == '/')
                start++;
            if (start == Room)
                return 0;

            int end = start;
            while (end < Room && _rest[end] != '/')
                end++;
            var name = new ReadOnlySpan<byte>(_rest + start, end - start);
            if (hasPlaces && _length == 0 && KernelPlaces.Is(name))
            {
                int wayOut = KernelPlaces.WayOut(new ReadOnlySpan<byte>(_rest + start, Room - start));
                if (wayOut < 0)
                    return Keep(start);
                start += wayOut;
                continue;
            }

            bool isLast = new ReadOnlySpan<byte>(_rest + end, Room - end).IndexOfAnyExcept((byte)'/') < 0;
            needsDirectory = isLast && end < Room;
            // Source: Linux, fs/namei.c, open_last_lookups.
            if (needsDirectory && creates)
                return -(int)Errno.EISDIR;
            int result = Step(name, isLast, follows || needsDirectory, linksAllowed, out int link);
            start = end;
            if (result < 0)
                return result;
            if (link == 0)
                continue;

            // The link's text takes the name's place.
            if (start - link < 1)
                return -(int)Errno.ENAMETOOLONG;
            start -= link;
            new ReadOnlySpan<byte>(_link, link).CopyTo(new Span<byte>(_rest + start, link));
            if (_link[0] == '/')
                _length = 0;
        }
    }

    /// <summary>The walk ends in a place: what is left of the path is kept, from the root.</summary>
    private int Keep(int start)
    {
        // There is room for the slash: the path was absolute, or a link's text is shorter than the room before it.
        _place = start - 1;
        _rest[_place] = (byte)'/';
        return -(int)Errno.EREMOTE;
    }

    /// <summary>Opens what was walked, or something below it.</summary>
    internal int Open(OpenFlags flags, uint mode, bool asDirectory, out int tree)
    {
        tree = mounts.Find(Walked);
        ReadOnlySpan<byte> below = Walked[mounts.GuestPath(tree).Length..];
        byte* path = _walked + _length - below.Length;
        _walked[_length] = 0;
        if (below.IsEmpty)
            return OpenAt(mounts.Descriptor(tree), PathResolver.Here, flags, mode);

        if (asDirectory)
        {
            _walked[_length] = (byte)'/';
            _walked[_length + 1] = 0;
        }

        // Without the slash that it starts with.
        return OpenAt(mounts.Descriptor(tree), path + 1, flags, mode);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_walked);
        NativeMemory.Free(_rest);
        NativeMemory.Free(_link);
    }

    private static int OpenAt(int directory, byte* path, OpenFlags flags, uint mode) =>
        PathResolver.OpenHere(directory, path, flags, mode, PathResolver.Beneath | PathResolver.NoLinks);

    /// <summary>Walks one name. What it leaves in link is the length of the link that must be followed, in _link; else 0.</summary>
    private int Step(ReadOnlySpan<byte> name, bool isLast, bool follows, bool linksAllowed, out int link)
    {
        link = 0;
        if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
        {
            int directory = Open(OpenFlags.Path | OpenFlags.Directory, 0, asDirectory: false, out _);
            if (directory < 0)
                return directory;

            _ = Libc.Close(directory);
            if (name.Length == 2)
                _length = Math.Max(0, Walked.LastIndexOf((byte)'/'));
            return 0;
        }

        if (name.Length > 255 || _length + 1 + name.Length > PathResolver.MaxPath)
            return -(int)Errno.ENAMETOOLONG;

        int before = _length;
        _walked[_length] = (byte)'/';
        name.CopyTo(new Span<byte>(_walked + _length + 1, name.Length));
        _length += 1 + name.Length;
        int found = Open(OpenFlags.Path | OpenFlags.NoFollow, 0, asDirectory: false, out _);
        if (found < 0)
            return isLast && found == -(int)Errno.ENOENT ? 0 : found;

        Stat status;
        int result = Libc.StatAt(found, FileTree.Empty, &status, AtFlags.EmptyPath) < 0 ? FileTree.Error : 0;
        uint kind = result < 0 ? 0 : status.Mode & FileMode.KindMask;
        if (kind == FileMode.SymbolicLink && (!isLast || follows))
        {
            nint length = Libc.ReadLinkAt(found, FileTree.Empty, _link, PathResolver.MaxPath);
            result = length <= 0 ? FileTree.Error : !linksAllowed || ++_links > MaxLinks ? -(int)Errno.ELOOP : 0;
            (link, _length) = (result < 0 ? 0 : (int)length, before);
        }
        else if (result == 0 && !isLast && kind != FileMode.Directory)
        {
            result = -(int)Errno.ENOTDIR;
        }

        _ = Libc.Close(found);
        return result;
    }
}
