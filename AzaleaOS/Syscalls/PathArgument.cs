using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Offload;

namespace AzaleaOS.Syscalls;

/// <summary>A path that a call was given, and the directory that it starts from.</summary>
internal unsafe ref struct PathArgument
{
    private byte* _text;
    private int _length;
    private bool _isRelative;
    private int _links;
    private FileReference _start;

    /// <summary>Copies the path, and finds the open file of a directory's descriptor.</summary>
    /// <param name="directory">A descriptor or AT_FDCWD.</param>
    /// <param name="path">Address of the path.</param>
    /// <param name="emptyPath">AT_EMPTY_PATH: an empty path means the descriptor itself.</param>
    /// <returns>0, or -EFAULT, -ENOENT, -ENAMETOOLONG, -EBADF, -ENOMEM; then there is nothing to release.</returns>
    internal long Read(int directory, ulong path, bool emptyPath = false)
    {
        _text = PathBuffers.Take();
        if (_text == null)
        {
            return -Errno.ENOMEM;
        }

        long result = UserMemory.CopyPath(path, _text);
        if (OffloadFeature.IsIncluded)
        {
            _links = 0;
            result = result == -Errno.EFAULT ? Redirection.TryRead(path, _text, out _links) : result;
        }

        _length = (int)result;
        if (result == 0 && !emptyPath)
        {
            result = -Errno.ENOENT;
        }

        if (result >= 0)
        {
            result = SetStart(directory);
        }

        if (result < 0)
        {
            PathBuffers.Give(_text);
        }

        return result;
    }

    /// <summary>Nothing follows it: the path is empty.</summary>
    internal readonly bool IsEmpty => _length == 0;

    /// <summary>The open file that an empty path means; null for the working directory.</summary>
    internal readonly OpenFile* Start => _start.File;

    /// <summary>Begins to follow the path. The tree's lock is held.</summary>
    /// <returns>0, or -ENOTDIR, -ENOENT, -EXDEV.</returns>
    internal readonly long Begin(ref PathWalk walk, ResolveFlags resolve = ResolveFlags.None)
    {
        FileNode* start = StartNode;
        if (_isRelative && !start->IsDirectory)
        {
            return -Errno.ENOTDIR;
        }

        long result = walk.Begin(Process.Root, start, _text, _length, resolve);
        if (OffloadFeature.IsIncluded && result == 0)
        {
            result = walk.AddLinks(_links);
        }

        return result;
    }

    /// <summary>Follows the whole path. The tree's lock is held.</summary>
    /// <param name="walk">The walk.</param>
    /// <param name="follow">Whether a symbolic link at the end is followed.</param>
    /// <param name="node">The file.</param>
    /// <returns>0, or a negated errno.</returns>
    internal readonly long Resolve(ref PathWalk walk, bool follow, out FileNode* node)
    {
        node = StartNode;
        if (IsEmpty)
        {
            return 0;
        }

        long result = Begin(ref walk);
        return result < 0 ? result : walk.Resolve(follow, out node);
    }

    /// <summary>Gives back what <see cref="Read"/> took.</summary>
    internal readonly void Release()
    {
        PathBuffers.Give(_text);
        _start.Release();
    }

    private readonly FileNode* StartNode => _start.IsNull ? Process.WorkingDirectory : _start.File->Node;

    private long SetStart(int directory)
    {
        _start = default;
        bool isAbsolute = _length != 0 && *_text == '/';
        _isRelative = !isAbsolute && _length != 0;
        if (isAbsolute || directory == AtFlags.WorkingDirectory)
        {
            return 0;
        }

        _start = DescriptorTable.GetAny(directory);
        return _start.IsNull ? -Errno.EBADF : 0;
    }
}
