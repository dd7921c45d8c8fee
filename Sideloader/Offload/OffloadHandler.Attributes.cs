using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Offload;

// Extended attributes: those of users. What the host's kernel itself looks at stays the host's.
internal sealed unsafe partial class OffloadHandler
{
    /// <summary>Source: Linux, include/uapi/linux/limits.h, XATTR_NAME_MAX and XATTR_SIZE_MAX.</summary>
    private const int MaxAttributeName = 255;
    private const int MaxAttribute = 65536;

    private readonly byte* _attribute = (byte*)NativeMemory.Alloc(MaxAttribute);
    private readonly byte* _attributeName = (byte*)NativeMemory.Alloc(MaxAttributeName + 1);

    /// <summary>Does something with the attributes of a file by path, or by number if argument 0 is one.</summary>
    /// <param name="link">Whether a link at the end of the path is meant itself; null if the file is open.</param>
    /// <param name="use">Gets a path to the file.</param>
    private long WithAttributes(bool? link, Func<OffloadHandler, int, long> use) => link switch
    {
        null => UseOpenFile(use),
        true => WithPath(AtFlags.WorkingDirectory, Argument(0), OpenFlags.NoFollow, use),
        false => WithPath(AtFlags.WorkingDirectory, Argument(0), 0, use),
    };

    private long UseOpenFile(Func<OffloadHandler, int, long> use)
    {
        if (_application.Files.Borrow(Argument(0)) is not { } file)
            return -(int)Errno.EBADF;

        long result = file.IsPath ? -(int)Errno.EBADF : IsRefused(file.Tree) ? -(int)Errno.EROFS : use(this, file.Descriptor);
        file.Release();
        return result;
    }

    private long SetAttribute(int found)
    {
        if (TakeAttributeName() is < 0 and var error)
            return error;
        long length = Argument(2);
        if ((Argument(4) & ~3) != 0)
            return -(int)Errno.EINVAL;
        if (length is < 0 or > MaxAttribute)
            return -(int)Errno.E2BIG;
        if (_chain.Read(_taken, new Span<byte>(_attribute, (int)length)) != length)
            return -(int)Errno.EFAULT;
        if (!IsUsers)
            return -(int)Errno.EOPNOTSUPP;

        byte* path = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(found, new Span<byte>(path, FileTree.MaxPath));
        return Check(Libc.SetExtendedAttribute(path, _attributeName, _attribute, (nuint)length, (int)Argument(4)));
    }

    private long GetAttribute(int found)
    {
        if (TakeAttributeName() is < 0 and var error)
            return error;
        if (!IsUsers)
            return -(int)Errno.EOPNOTSUPP;

        byte* path = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(found, new Span<byte>(path, FileTree.MaxPath));
        nint length = Libc.GetExtendedAttribute(path, _attributeName, _attribute, MaxAttribute);
        return length < 0 ? FileTree.Error : AnswerAttribute((int)length);
    }

    private long ListAttributes(int found)
    {
        byte* path = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(found, new Span<byte>(path, FileTree.MaxPath));
        nint length = Libc.ListExtendedAttributes(path, _attribute, MaxAttribute);
        if (length < 0)
            return FileTree.Error;

        int kept = 0;
        var list = new Span<byte>(_attribute, (int)length);
        for (int start = 0; start < length;)
        {
            int end = start + list[start..].IndexOf((byte)0) + 1;
            if (list[start..].StartsWith("user."u8))
            {
                list[start..end].CopyTo(list[kept..]);
                kept += end - start;
            }

            start = end;
        }

        return AnswerAttribute(kept);
    }

    private long RemoveAttribute(int found)
    {
        if (TakeAttributeName() is < 0 and var error)
            return error;
        if (!IsUsers)
            return -(int)Errno.EOPNOTSUPP;

        byte* path = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(found, new Span<byte>(path, FileTree.MaxPath));
        return Check(Libc.RemoveExtendedAttribute(path, _attributeName));
    }

    private bool IsUsers => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_attributeName).StartsWith("user."u8);

    private int TakeAttributeName()
    {
        long length = Argument(1);
        if (length < 0)
            return -(int)Errno.EFAULT;
        if (length is 0 or > MaxAttributeName)
            return -(int)Errno.ERANGE;

        var name = new Span<byte>(_attributeName, (int)length);
        if (_chain.Read(_taken, name) != length || name.Contains((byte)0))
            return -(int)Errno.EINVAL;

        _attributeName[length] = 0;
        _taken += length;
        return 0;
    }

    /// <summary>Room of 0 bytes asks how many there are.</summary>
    private long AnswerAttribute(int length)
    {
        long room = _chain.WritableBytes - ResponseHeader.Bytes;
        if (room == 0)
            return length;
        return room < length ? -(int)Errno.ERANGE : AnswerBytes(new ReadOnlySpan<byte>(_attribute, length));
    }
}
