using System.Buffers.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Sideloader.FileSystem;

/// <summary>A directory of the host and all below it, as the guest sees it: nodes, and nothing by path.</summary>
/// <remarks>
/// No path of the guest is ever resolved. A name is one component without a slash and not "..", looked up in a directory
/// that is known by descriptor, without following a symbolic link: so no name leads out, whatever else happens to the tree
/// at the same time. Results are at least 0, or negated error numbers.
/// </remarks>
internal sealed unsafe class FileTree : IDisposable
{
    /// <summary>The node of the directory itself. Source: Linux, include/uapi/linux/fuse.h, FUSE_ROOT_ID.</summary>
    internal const ulong RootNode = 1;

    /// <summary>Bytes for <see cref="FormatPath"/>.</summary>
    internal const int MaxPath = 32;

    /// <summary>The longest name. Source: Linux, NAME_MAX.</summary>
    private const int MaxName = 255;
    private const int MaxNumber = 16;

    private readonly int _root;
    private readonly int _processFiles;
    private readonly DescriptorTable _nodeDescriptors = new();

    /// <summary>Opens a directory.</summary>
    /// <param name="path">Its path on the host.</param>
    /// <param name="readOnly">Whether the guest may change nothing.</param>
    /// <exception cref="LinuxException">There is no such directory.</exception>
    internal FileTree(string path, bool readOnly)
    {
        IsReadOnly = readOnly;
        _root = OpenDirectory(path);
        _processFiles = OpenDirectory("/proc/self/fd");
        Nodes = new NodeTable(_nodeDescriptors);
    }

    /// <summary>Whether the guest may change nothing.</summary>
    internal bool IsReadOnly { get; }

    /// <summary>What the guest has looked up.</summary>
    internal NodeTable Nodes { get; }

    /// <summary>What the guest has open.</summary>
    internal DescriptorTable Handles { get; } = new();

    /// <summary>The error of the call that has just failed, negated.</summary>
    internal static int Error => -(int)Libc.LastError;

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        _ = Libc.Close(_root);
        _ = Libc.Close(_processFiles);
    }

    /// <summary>Closes all files and forgets all nodes: the guest unmounted.</summary>
    internal void Forget()
    {
        Handles.Clear();
        Nodes.Clear();
    }

    /// <summary>Uses a node's O_PATH descriptor until the result is disposed of.</summary>
    internal DescriptorTable.Use Borrow(ulong node) => node == RootNode ? new(null, 0, _root) : _nodeDescriptors.Borrow(node);

    /// <summary>Whether a name is one component of a path, and not a way up.</summary>
    /// <param name="name">Without the zero at the end.</param>
    internal static int CheckName(ReadOnlySpan<byte> name)
    {
        if (name.Length > MaxName)
            return -(int)Errno.ENAMETOOLONG;
        return name.IsEmpty || name.Contains((byte)'/') || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8) ? -(int)Errno.EINVAL : 0;
    }

    /// <summary>Finds a name in a directory and counts a look-up of its node.</summary>
    /// <param name="directory">O_PATH descriptor.</param>
    /// <param name="name">A checked name with a zero at the end.</param>
    /// <param name="node">The node's number.</param>
    /// <param name="status">What it is.</param>
    internal int Lookup(int directory, byte* name, out ulong node, out Stat status)
    {
        node = 0;
        status = default;
        int descriptor = Libc.OpenAt(directory, name, OpenFlags.Path | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
        return descriptor < 0 ? Error : Enter(descriptor, out node, out status);
    }

    /// <summary>Counts a look-up of the file that an open descriptor is for, which stays the caller's.</summary>
    internal int EnterOpened(int opened, out ulong node, out Stat status)
    {
        node = 0;
        status = default;
        int descriptor = Reopen(opened, OpenFlags.Path);
        return descriptor < 0 ? descriptor : Enter(descriptor, out node, out status);
    }

    /// <summary>Opens the file of an O_PATH descriptor, which must be a regular file or a directory.</summary>
    /// <remarks>To open a pipe could wait for ever, and to open a device could do anything.</remarks>
    /// <returns>A descriptor.</returns>
    internal int OpenFile(int descriptor, OpenFlags flags, uint kind)
    {
        Stat status;
        if (Libc.StatAt(descriptor, Empty, &status, AtFlags.EmptyPath) < 0)
            return Error;
        if ((status.Mode & FileMode.KindMask) != kind)
            return -(int)(kind == FileMode.Directory ? Errno.ENOTDIR : Errno.EINVAL);

        return Reopen(descriptor, flags);
    }

    /// <summary>Opens the file of a descriptor once more, in another way.</summary>
    internal int Reopen(int descriptor, OpenFlags flags)
    {
        byte* name = stackalloc byte[MaxNumber];
        Format(descriptor, new Span<byte>(name, MaxNumber));
        int opened = Libc.OpenAt(_processFiles, name, flags | OpenFlags.CloseOnExec | OpenFlags.NoTerminal, 0);
        return opened < 0 ? Error : opened;
    }

    /// <summary>Changes permissions by an O_PATH descriptor.</summary>
    internal int ChangeMode(int descriptor, uint mode)
    {
        byte* name = stackalloc byte[MaxNumber];
        Format(descriptor, new Span<byte>(name, MaxNumber));
        return Libc.ChangeModeAt(_processFiles, name, mode, 0) < 0 ? Error : 0;
    }

    /// <summary>Gives the file of an O_PATH descriptor one more name.</summary>
    internal int Link(int descriptor, int directory, byte* name)
    {
        byte* old = stackalloc byte[MaxNumber];
        Format(descriptor, new Span<byte>(old, MaxNumber));
        return Libc.LinkAt(_processFiles, old, directory, name, AtFlags.Follow) < 0 ? Error : 0;
    }

    /// <summary>Writes /proc/self/fd/N with a zero at the end, for calls that take nothing but a path.</summary>
    internal static void FormatPath(int descriptor, Span<byte> path)
    {
        "/proc/self/fd/"u8.CopyTo(path);
        Format(descriptor, path["/proc/self/fd/"u8.Length..]);
    }

    /// <summary>"" for the calls that take AT_EMPTY_PATH.</summary>
    internal static byte* Empty { get; } = (byte*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(1);

    private static void Format(int descriptor, Span<byte> target)
    {
        Utf8Formatter.TryFormat(descriptor, target, out int length);
        target[length] = 0;
    }

    private static int OpenDirectory(string path)
    {
        byte[] bytes = [.. System.Text.Encoding.UTF8.GetBytes(path), 0];
        fixed (byte* start = bytes)
            return LinuxException.ThrowIfFailed(Libc.OpenAt(AtFlags.WorkingDirectory, start, OpenFlags.Path | OpenFlags.Directory | OpenFlags.CloseOnExec, 0), $"open the directory {path}");
    }

    private int Enter(int descriptor, out ulong node, out Stat status)
    {
        node = 0;
        fixed (Stat* target = &status)
        {
            if (Libc.StatAt(descriptor, Empty, target, AtFlags.EmptyPath) < 0)
            {
                int error = Error;
                _ = Libc.Close(descriptor);
                return error;
            }
        }

        node = Nodes.Enter(descriptor, status.Device, status.Inode);
        return 0;
    }
}
