using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Extended attributes.</summary>
internal static unsafe class ExtendedAttributeCalls
{
    private const int LargestList = 65536;

    /// <summary>setxattr(2).</summary>
    [Syscall(188)]
    internal static long Set(ulong path, ulong name, ulong value, ulong size, int flags) => Set(new Target(path, follow: true), name, value, size, flags);

    /// <summary>lsetxattr(2).</summary>
    [Syscall(189)]
    internal static long SetOfLink(ulong path, ulong name, ulong value, ulong size, int flags) => Set(new Target(path, follow: false), name, value, size, flags);

    /// <summary>fsetxattr(2).</summary>
    [Syscall(190)]
    internal static long SetOfDescriptor(int descriptor, ulong name, ulong value, ulong size, int flags) => Set(new Target(descriptor), name, value, size, flags);

    /// <summary>getxattr(2).</summary>
    [Syscall(191)]
    internal static long Get(ulong path, ulong name, ulong value, ulong size) => Get(new Target(path, follow: true), name, value, size);

    /// <summary>lgetxattr(2).</summary>
    [Syscall(192)]
    internal static long GetOfLink(ulong path, ulong name, ulong value, ulong size) => Get(new Target(path, follow: false), name, value, size);

    /// <summary>fgetxattr(2).</summary>
    [Syscall(193)]
    internal static long GetOfDescriptor(int descriptor, ulong name, ulong value, ulong size) => Get(new Target(descriptor), name, value, size);

    /// <summary>listxattr(2).</summary>
    [Syscall(194)]
    internal static long List(ulong path, ulong list, ulong size) => List(new Target(path, follow: true), list, size);

    /// <summary>llistxattr(2).</summary>
    [Syscall(195)]
    internal static long ListOfLink(ulong path, ulong list, ulong size) => List(new Target(path, follow: false), list, size);

    /// <summary>flistxattr(2).</summary>
    [Syscall(196)]
    internal static long ListOfDescriptor(int descriptor, ulong list, ulong size) => List(new Target(descriptor), list, size);

    /// <summary>removexattr(2).</summary>
    [Syscall(197)]
    internal static long Remove(ulong path, ulong name) => Remove(new Target(path, follow: true), name);

    /// <summary>lremovexattr(2).</summary>
    [Syscall(198)]
    internal static long RemoveOfLink(ulong path, ulong name) => Remove(new Target(path, follow: false), name);

    /// <summary>fremovexattr(2).</summary>
    [Syscall(199)]
    internal static long RemoveOfDescriptor(int descriptor, ulong name) => Remove(new Target(descriptor), name);

    private static long List(Target target, ulong list, ulong size)
    {
        long result = target.Find(out FileNode* node);
        if (result == 0)
        {
            result = List(node, list, size);
            FileNode.Drop(node);
        }

        return result;
    }

    private static long ReadName(ulong address, byte* text, out ReadOnlySpan<byte> name)
    {
        long length = UserMemory.CopyText(address, text, ExtendedAttributes.LongestName + 1);
        name = length is > 0 and <= ExtendedAttributes.LongestName ? new ReadOnlySpan<byte>(text, (int)length) : default;
        return length < 0 ? length : name.IsEmpty ? -Errno.ERANGE : 0;
    }

    private static long Set(Target target, ulong nameAddress, ulong value, ulong size, int flags)
    {
        if ((flags & ~(ExtendedAttributes.Create | ExtendedAttributes.Replace)) != 0)
        {
            return -Errno.EINVAL;
        }

        byte* text = stackalloc byte[ExtendedAttributes.LongestName + 1];
        long result = ReadName(nameAddress, text, out ReadOnlySpan<byte> name);
        if (result < 0 || size > ExtendedAttributes.LargestValue)
        {
            return result < 0 ? result : -Errno.E2BIG;
        }

        ExtendedAttribute* added = ExtendedAttributes.New(name, (int)size);
        if (added == null)
        {
            return -Errno.ENOSPC;
        }

        for (AttributePiece* piece = added->Value; piece != null; piece = piece->Next)
        {
            if (UserMemory.CopyIn(piece + 1, value, (ulong)piece->Size) < (ulong)piece->Size)
            {
                ExtendedAttributes.Free(added);
                return -Errno.EFAULT;
            }

            value += (ulong)piece->Size;
        }

        ExtendedAttribute* old = null;
        result = target.Find(out FileNode* node);
        if (result == 0)
        {
            FileTree.Lock.Enter();
            result = ExtendedAttributes.Check(node, name, writes: true);
            result = result < 0 ? result : ExtendedAttributes.Set(node, added, flags, out old);
            FileTree.Lock.Exit();
            FileNode.Drop(node);
        }

        Free(result < 0 ? added : old);
        return result;
    }

    private static long Get(Target target, ulong nameAddress, ulong value, ulong size)
    {
        byte* text = stackalloc byte[ExtendedAttributes.LongestName + 1];
        long result = ReadName(nameAddress, text, out ReadOnlySpan<byte> name);
        if (result < 0)
        {
            return result;
        }

        result = target.Find(out FileNode* node);
        if (result < 0)
        {
            return result;
        }

        result = Get(node, name, value, size);
        FileNode.Drop(node);
        return result;
    }

    private static long Get(FileNode* node, ReadOnlySpan<byte> name, ulong value, ulong size)
    {

        // Copied under the lock into a new attribute of the size seen first, so that the application gets it without the lock.
        while (true)
        {
            FileTree.Lock.Enter();
            long result = ExtendedAttributes.Check(node, name, writes: false);
            ExtendedAttribute* found = result < 0 ? null : ExtendedAttributes.Find(node, name);
            int length = found == null ? 0 : found->Size;
            FileTree.Lock.Exit();
            if (found == null)
            {
                return result < 0 ? result : -Errno.ENODATA;
            }

            if (size == 0 || (ulong)length > size)
            {
                return size == 0 ? length : -Errno.ERANGE;
            }

            ExtendedAttribute* copy = ExtendedAttributes.New(name, length);
            if (copy == null)
            {
                return -Errno.ENOMEM;
            }

            FileTree.Lock.Enter();
            found = ExtendedAttributes.Find(node, name);
            bool isSame = found != null && found->Size == length;
            if (isSame)
            {
                Copy(found, copy);
            }

            FileTree.Lock.Exit();
            result = isSame ? Put(copy, value) : 0;
            ExtendedAttributes.Free(copy);
            if (isSame)
            {
                return result < 0 ? result : length;
            }
        }
    }

    private static long List(FileNode* node, ulong list, ulong size)
    {
        byte* name = stackalloc byte[ExtendedAttributes.LongestName + 1];
        ulong total = 0;
        int length = 0;
        while (true)
        {
            // The first name behind the last one, which may be gone by now.
            FileTree.Lock.Enter();
            ExtendedAttribute* next = node->Attributes;
            while (next != null && length != 0 && next->Text.SequenceCompareTo(new ReadOnlySpan<byte>(name, length)) >= 0)
            {
                next = next->Next;
            }

            length = next == null ? 0 : next->NameLength;
            if (next != null)
            {
                next->Text.CopyTo(new Span<byte>(name, length));
                name[length] = 0;
            }

            FileTree.Lock.Exit();
            if (next == null)
            {
                return (long)total;
            }

            ulong bytes = (ulong)length + 1;
            if (size != 0)
            {
                if (total + bytes > size || total + bytes > LargestList)
                {
                    return total + bytes > size ? -Errno.ERANGE : -Errno.E2BIG;
                }

                if (UserMemory.CopyOut(list + total, name, bytes) < bytes)
                {
                    return -Errno.EFAULT;
                }
            }

            total += bytes;
        }
    }

    private static long Remove(Target target, ulong nameAddress)
    {
        byte* text = stackalloc byte[ExtendedAttributes.LongestName + 1];
        long result = ReadName(nameAddress, text, out ReadOnlySpan<byte> name);
        if (result < 0)
        {
            return result;
        }

        result = target.Find(out FileNode* node);
        if (result < 0)
        {
            return result;
        }

        ExtendedAttribute* old = null;
        FileTree.Lock.Enter();
        result = ExtendedAttributes.Check(node, name, writes: true);
        result = result < 0 ? result : ExtendedAttributes.Remove(node, name, out old);
        FileTree.Lock.Exit();
        FileNode.Drop(node);
        Free(old);
        return result;
    }

    private static void Free(ExtendedAttribute* attribute)
    {
        if (attribute != null)
        {
            ExtendedAttributes.Free(attribute);
        }
    }

    // Both have the same size, and so the same pieces.
    private static void Copy(ExtendedAttribute* from, ExtendedAttribute* to)
    {
        AttributePiece* target = to->Value;
        for (AttributePiece* piece = from->Value; piece != null; piece = piece->Next)
        {
            new ReadOnlySpan<byte>(piece + 1, piece->Size).CopyTo(new Span<byte>(target + 1, target->Size));
            target = target->Next;
        }
    }

    private static long Put(ExtendedAttribute* from, ulong to)
    {
        for (AttributePiece* piece = from->Value; piece != null; piece = piece->Next)
        {
            if (UserMemory.CopyOut(to, piece + 1, (ulong)piece->Size) < (ulong)piece->Size)
            {
                return -Errno.EFAULT;
            }

            to += (ulong)piece->Size;
        }

        return 0;
    }

    /// <summary>The file that a call names: by a path, or by a descriptor. It is looked for when the other arguments are known to be right.</summary>
    private readonly struct Target(ulong path, bool follow)
    {
        private readonly bool _isDescriptor;

        internal Target(int descriptor)
            : this((ulong)descriptor, follow: false)
            => _isDescriptor = true;

        /// <summary>Finds it.</summary>
        /// <param name="node">The file; the caller drops the reference.</param>
        /// <returns>0, or a negated errno.</returns>
        internal long Find(out FileNode* node)
        {
            if (!_isDescriptor)
            {
                return PathArguments.Find(AtFlags.WorkingDirectory, path, follow, emptyPath: false, out node);
            }

            node = null;
            FileReference reference = DescriptorTable.Get((int)path);
            if (reference.IsNull)
            {
                return -Errno.EBADF;
            }

            node = reference.File->Node;
            FileNode.Hold(node);
            reference.Release();
            return 0;
        }
    }
}
