using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.FileSystem;

// Extended attributes. Those of the user alone: a guest that could set security.capability would give its files rights on the host.
internal sealed unsafe partial class FuseHandler
{
    /// <summary>Source: Linux, include/uapi/linux/limits.h, XATTR_SIZE_MAX and XATTR_LIST_MAX.</summary>
    private const int MaxValue = 65536;

    private static ReadOnlySpan<byte> UserPrefix => "user."u8;

    private int SetExtendedAttribute(in FuseRequestHeader header)
    {
        if (!TryParse(out FuseSetExtendedAttribute request))
            return -(int)Errno.EINVAL;
        int offset = sizeof(FuseSetExtendedAttribute);
        byte* name = Text(ref offset);
        if (name == null || request.Size > _requestLength - offset)
            return -(int)Errno.EINVAL;
        if (!IsUsers(name))
            return -(int)Errno.EOPNOTSUPP;

        using DescriptorTable.Use node = tree.Borrow(header.Node);
        if (!node.Exists)
            return -(int)Errno.ESTALE;

        byte* path = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(node.Descriptor, new Span<byte>(path, FileTree.MaxPath));
        return Libc.SetExtendedAttribute(path, name, _request + offset, request.Size, (int)request.Flags) < 0 ? FileTree.Error : 0;
    }

    private int GetExtendedAttribute(DescriptorChain chain, in FuseRequestHeader header)
    {
        if (!TryParse(out FuseGetExtendedAttribute request))
            return -(int)Errno.EINVAL;
        int offset = sizeof(FuseGetExtendedAttribute);
        byte* name = Text(ref offset);
        if (name == null)
            return -(int)Errno.EINVAL;
        if (!IsUsers(name))
            return -(int)Errno.EOPNOTSUPP;

        using DescriptorTable.Use node = tree.Borrow(header.Node);
        if (!node.Exists)
            return -(int)Errno.ESTALE;

        byte* path = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(node.Descriptor, new Span<byte>(path, FileTree.MaxPath));
        nint length = Libc.GetExtendedAttribute(path, name, _response, Math.Min(request.Size, MaxValue));
        if (length < 0)
            return FileTree.Error;

        return request.Size == 0 ? Answer(chain, new FuseSize { Bytes = (uint)length }) : Answer(chain, new ReadOnlySpan<byte>(_response, (int)length));
    }

    private int ListExtendedAttributes(DescriptorChain chain, in FuseRequestHeader header)
    {
        if (!TryParse(out FuseGetExtendedAttribute request))
            return -(int)Errno.EINVAL;

        using DescriptorTable.Use node = tree.Borrow(header.Node);
        if (!node.Exists)
            return -(int)Errno.ESTALE;

        byte* path = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(node.Descriptor, new Span<byte>(path, FileTree.MaxPath));
        nint length = Libc.ListExtendedAttributes(path, _records, MaxValue);
        if (length < 0)
            return FileTree.Error;

        int used = 0;
        for (nint offset = 0; offset < length;)
        {
            ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_records + offset);
            offset += name.Length + 1;
            if (!name.StartsWith(UserPrefix))
                continue;

            name.CopyTo(new Span<byte>(_response + used, name.Length));
            _response[used + name.Length] = 0;
            used += name.Length + 1;
        }

        if (request.Size == 0)
            return Answer(chain, new FuseSize { Bytes = (uint)used });

        return used > request.Size ? -(int)Errno.ERANGE : Answer(chain, new ReadOnlySpan<byte>(_response, used));
    }

    private int RemoveExtendedAttribute(in FuseRequestHeader header)
    {
        int offset = 0;
        byte* name = Text(ref offset);
        if (name == null)
            return -(int)Errno.EINVAL;
        if (!IsUsers(name))
            return -(int)Errno.EOPNOTSUPP;

        using DescriptorTable.Use node = tree.Borrow(header.Node);
        if (!node.Exists)
            return -(int)Errno.ESTALE;

        byte* path = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(node.Descriptor, new Span<byte>(path, FileTree.MaxPath));
        return Libc.RemoveExtendedAttribute(path, name) < 0 ? FileTree.Error : 0;
    }

    private static bool IsUsers(byte* name) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name).StartsWith(UserPrefix);
}
