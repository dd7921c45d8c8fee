using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>One path being followed through the tree. <see cref="FileTree.Lock"/> is held from its beginning to its end.</summary>
internal unsafe struct PathWalk
{
    // Linux's limit of symbolic links in one path (include/linux/namei.h, MAXSYMLINKS).
    private const int MaxLinks = 40;

    private byte* _path;
    private byte* _pathEnd;
    private byte* _at;
    private byte* _end;
    private FileNode* _root;
    private FileNode* _start;
    private FileNode* _jumped;
    private LinkText* _texts;
    private ResolveFlags _resolve;
    private byte* _name;
    private int _nameLength;
    private uint _hash;
    private DirectoryEntry* _entry;
    private int _known;
    private int _links;
    private int _depth;
    private RestList _rests;

    /// <summary>The directory reached: that of the last name, after <see cref="ToLast"/>.</summary>
    internal FileNode* Directory { get; private set; }

    /// <summary>What the path ends with.</summary>
    internal LastName Last { get; private set; }

    /// <summary>A slash is behind the last name: it must be that of a directory.</summary>
    internal bool HasSlash { get; private set; }

    /// <summary>The last name.</summary>
    internal readonly ReadOnlySpan<byte> Name => new(_name, _nameLength);

    /// <summary><see cref="DirectoryIndex.Hash"/> of the last name's bytes.</summary>
    internal readonly uint Hash => _hash;

    /// <summary>A walk that has not begun. Places for links that nobody has followed are not filled.</summary>
    internal static void Create(out PathWalk walk)
    {
        Unsafe.SkipInit(out walk);

        // What is looked at where a path is not even begun.
        walk._texts = null;
        walk._jumped = null;
        walk.Directory = null;
        walk.HasSlash = false;
    }

    /// <summary>Begins a path.</summary>
    /// <param name="root">The directory that "/" means.</param>
    /// <param name="start">The directory where a relative path starts.</param>
    /// <param name="path">The path; it stays where it is.</param>
    /// <param name="length">Bytes of it.</param>
    /// <param name="resolve">What it may lead through.</param>
    /// <returns>0, or -ENOENT for an empty path, -EXDEV.</returns>
    internal long Begin(FileNode* root, FileNode* start, byte* path, int length, ResolveFlags resolve = ResolveFlags.None)
    {
        Clear();
        _at = path;
        _end = path + length;
        _start = start;
        _root = (resolve & ResolveFlags.InRoot) != 0 ? start : root;
        _resolve = resolve;
        Directory = start;
        if (length == 0 || *path != '/')
        {
            return length == 0 ? -Errno.ENOENT : 0;
        }

        if (resolve == ResolveFlags.None)
        {
            _path = path;
            _pathEnd = _end;
            _known = RecentDirectories.Find(root, path, length, out FileNode* known, out _links);
            if (_known != 0)
            {
                _at += _known;
                Directory = known;
                return 0;
            }
        }

        return ToRoot();
    }

    /// <summary>The path that was begun is what is left of another, in which so many links were followed already.</summary>
    /// <returns>0, or -EXDEV.</returns>
    internal long AddLinks(int count)
    {
        if (count == 0 || _path == null)
        {
            _links += count;
            return 0;
        }

        // From the root, so that each link on the way is counted behind them, and without remembering them as links of this path.
        _at = _path;
        _path = null;
        _known = 0;
        _links = count;
        return ToRoot();
    }

    /// <summary>Goes to the directory of the last name.</summary>
    /// <returns>0, or -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG, -EXDEV.</returns>
    internal long ToLast()
    {
        while (true)
        {
            byte* at = _at;
            byte* end = _end;
            while (at < end && *at == '/')
            {
                at++;
            }

            if (at == end)
            {
                if (_depth == 0)
                {
                    _nameLength = 0;
                    Last = LastName.Root;
                    return 0;
                }

                _depth--;
                _at = _rests[_depth].First;
                _end = _rests[_depth].End;
                continue;
            }

            uint hash;
            while (true)
            {
                _name = at;
                hash = DirectoryIndex.NoBytes;
                for (; at < end && *at != '/'; at++)
                {
                    hash = DirectoryIndex.Hash(hash, *at);
                }

                // Most names are those of directories on the way, and nothing is special about them.
                byte* behind = at + 1;
                if (at == end && (_depth | (int)_resolve) == 0 && *_name != '.')
                {
                    // And with that of one the path ends.
                    _at = at;
                    _hash = hash;
                    _nameLength = (int)(at - _name);
                    Last = LastName.Normal;
                    Remember();
                    return 0;
                }

                if (_resolve != ResolveFlags.None || *_name == '.' || behind >= end || *behind == '/' || at - _name > FileTree.NameMax)
                {
                    break;
                }

                _entry = FileTree.Find(Directory, new ReadOnlySpan<byte>(_name, (int)(at - _name)), hash);
                if (_entry == null)
                {
                    Remember();
                    return -Errno.ENOENT;
                }

                if (!_entry->Node->IsDirectory)
                {
                    break;
                }

                Directory = _entry->Node;
                _entry = null;
                at = behind;
            }

            _at = at;
            _hash = hash;
            _nameLength = (int)(at - _name);
            Last = _name[0] != '.' || _nameLength > 2 ? LastName.Normal
                : _nameLength == 1 ? LastName.Dot
                : _name[1] == '.' ? LastName.DotDot : LastName.Normal;
            bool isBeforeSlash = _at < _end;
            SkipSlashes();
            if (_at == _end && _depth == 0)
            {
                HasSlash |= isBeforeSlash;
                Remember();
                return 0;
            }

            long result = Step(out FileNode* next);
            if (result < 0)
            {
                Remember();
                return result;
            }

            if (next->IsSymbolicLink)
            {
                result = Follow(next, out next);
                if (result < 0)
                {
                    return result;
                }

                if (next == null)
                {
                    continue;
                }
            }

            if (!next->IsDirectory)
            {
                return -Errno.ENOTDIR;
            }

            Directory = next;
        }
    }

    /// <summary>Goes to the end.</summary>
    /// <param name="follow">Whether a symbolic link at the end is followed; with a slash behind it, it always is.</param>
    /// <param name="node">The file, without a reference for the caller.</param>
    /// <returns>
    /// 0, or an error of <see cref="ToLast"/>. After -ENOENT with a <see cref="Directory"/> that is not null, that is
    /// where the file would be, under <see cref="Name"/>.
    /// </returns>
    internal long Resolve(bool follow, out FileNode* node)
    {
        node = null;
        while (true)
        {
            long result = ToLast();
            if (result < 0)
            {
                Directory = null;
                return result;
            }

            result = Step(out FileNode* next);
            if (result < 0)
            {
                return result;
            }

            if (next->IsSymbolicLink && (follow || HasSlash))
            {
                result = Follow(next, out next);
                if (result < 0)
                {
                    Directory = null;
                    return result;
                }

                if (next == null)
                {
                    continue;
                }
            }

            node = next;
            return HasSlash && !next->IsDirectory ? -Errno.ENOTDIR : 0;
        }
    }

    /// <summary>Ends the walk.</summary>
    internal void End()
    {
        while (_texts != null)
        {
            LinkText* text = _texts;
            _texts = text->Next;
            KernelPages.Give(text);
        }

        if (_jumped != null)
        {
            FileTree.DropLater(_jumped);
            _jumped = null;
        }
    }

    private void Clear()
    {
        _at = _end = _name = _path = _pathEnd = null;
        _root = _start = _jumped = null;
        _texts = null;
        _entry = null;
        _resolve = ResolveFlags.None;
        _nameLength = _links = _depth = 0;
        _hash = 0;
        _known = 0;
        Directory = null;
        Last = LastName.Normal;
        HasSlash = false;
    }

    // What led to the directory will lead there again, if it is part of the path as it was given.
    private readonly void Remember()
    {
        if (_path != null && _name > _path + _known + 1 && _name < _pathEnd && Directory != null && !Directory->ComesAndGoes)
        {
            RecentDirectories.Add(_root, _path, _name - 1 - _path, Directory, _links);
        }
    }

    // The file that the last name found means.
    private long Step(out FileNode* next)
    {
        next = Directory;
        if (Last is LastName.Dot or LastName.Root)
        {
            return 0;
        }

        if (Last == LastName.DotDot)
        {
            if (Directory == _start && (_resolve & ResolveFlags.Beneath) != 0)
            {
                return -Errno.EXDEV;
            }

            next = Directory == _root ? Directory : Directory->Parent;
            _path = null;
        }
        else
        {
            if (_nameLength > FileTree.NameMax)
            {
                Directory = null;
                return -Errno.ENAMETOOLONG;
            }

            DirectoryEntry* entry = _entry != null ? _entry : FileTree.Find(Directory, Name, _hash);
            _entry = null;
            if (entry == null)
            {
                return -Errno.ENOENT;
            }

            next = entry->Node;
        }

        return CanEnter(next) ? 0 : -Errno.EXDEV;
    }

    private readonly bool CanEnter(FileNode* node)
        => (_resolve & ResolveFlags.SameFileSystem) == 0 || node->FileSystem == _start->FileSystem;

    // A link with a text is gone through by its text, and next is null; a magic one leads right to next.
    private long Follow(FileNode* link, out FileNode* next)
    {
        next = null;
        if ((_resolve & ResolveFlags.NoSymbolicLinks) != 0 || ++_links > MaxLinks)
        {
            return -Errno.ELOOP;
        }

        FileTime.Access(link, 0);
        if (link->Names != null && link->Names->Follow != null)
        {
            return Jump(link, out next);
        }

        byte* text = link->Data;
        int length = (int)link->Size;
        if (link->Names == null)
        {
            // Somebody may want to know when it was followed last.
            _path = null;
        }
        else if (link->Names->ReadLink != null)
        {
            LinkText* page = (LinkText*)KernelPages.TakeAny();
            if (page == null)
            {
                return -Errno.ENOMEM;
            }

            page->Next = _texts;
            _texts = page;
            text = (byte*)(page + 1);
            long result = link->Names->ReadLink(link, text, KernelPages.Size - sizeof(LinkText));
            if (result <= 0)
            {
                return result < 0 ? result : -Errno.ENOENT;
            }

            length = (int)result;
        }

        // SkipSlashes stopped at the next name, or there is none and the text's last name is the path's.
        if (_at < _end)
        {
            _rests[_depth++] = new Rest(_at, _end);
        }

        _at = text;
        _end = text + length;
        return *text == '/' ? ToRoot() : 0;
    }

    private long Jump(FileNode* link, out FileNode* target)
    {
        target = null;
        _path = null;
        if ((_resolve & ResolveFlags.NoMagicLinks) != 0)
        {
            return -Errno.ELOOP;
        }

        if ((_resolve & (ResolveFlags.Beneath | ResolveFlags.InRoot)) != 0)
        {
            return -Errno.EXDEV;
        }

        target = link->Names->Follow(link);
        if (target == null)
        {
            return -Errno.ENOENT;
        }

        FileNode* before = _jumped;
        _jumped = target;
        if (before != null)
        {
            FileTree.DropLater(before);
        }

        return CanEnter(target) ? 0 : -Errno.EXDEV;
    }

    private long ToRoot()
    {
        if ((_resolve & ResolveFlags.Beneath) != 0)
        {
            return -Errno.EXDEV;
        }

        Directory = _root;
        return CanEnter(_root) ? 0 : -Errno.EXDEV;
    }

    private void SkipSlashes()
    {
        while (_at < _end && *_at == '/')
        {
            _at++;
        }
    }

    // What is left of a path while a symbolic link in it is followed.
    private readonly struct Rest(byte* first, byte* end)
    {
        internal readonly byte* First = first;
        internal readonly byte* End = end;
    }

    [InlineArray(MaxLinks)]
    private struct RestList
    {
        private Rest _first;
    }

    // In front of the text of a generated link, in a page.
    private struct LinkText
    {
        internal LinkText* Next;
    }
}
