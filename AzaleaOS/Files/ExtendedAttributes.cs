using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>Names and values that programs attach to files. <see cref="FileTree.Lock"/> is held.</summary>
/// <remarks>Source: xattr(7); Linux, fs/xattr.c, mm/shmem.c.</remarks>
internal static unsafe class ExtendedAttributes
{
    /// <summary>XATTR_NAME_MAX.</summary>
    internal const int LongestName = 255;

    /// <summary>XATTR_SIZE_MAX.</summary>
    internal const int LargestValue = 65536;

    /// <summary>XATTR_CREATE.</summary>
    internal const int Create = 1;

    /// <summary>XATTR_REPLACE.</summary>
    internal const int Replace = 2;

    private static SharedPool<ExtendedAttribute> s_pool;

    /// <summary>Forgets all of them.</summary>
    internal static void Initialize() => s_pool = default;

    /// <summary>Whether a file can have an attribute of this name.</summary>
    /// <param name="node">The file.</param>
    /// <param name="name">The name.</param>
    /// <param name="writes">It is to be set or removed.</param>
    /// <returns>0, or -EOPNOTSUPP, -EPERM, -ENODATA.</returns>
    internal static long Check(FileNode* node, ReadOnlySpan<byte> name, bool writes)
    {
        bool isUser = Has(name, "user."u8);
        if (isUser && node->Kind is not (FileMode.Regular or FileMode.Directory))
        {
            return writes ? -Errno.EPERM : -Errno.ENODATA;
        }

        bool isKnown = isUser || Has(name, "trusted."u8) || Has(name, "security."u8);
        bool isKept = node->FileSystem is FileSystemKind.Tree or FileSystemKind.Devices or FileSystemKind.Memory;
        return !isKnown || !isKept ? -Errno.EOPNOTSUPP
            : name[(name.IndexOf((byte)'.') + 1)..].IsEmpty ? -Errno.EINVAL : 0;
    }

    /// <summary>Finds one.</summary>
    /// <returns>The attribute, or null.</returns>
    internal static ExtendedAttribute* Find(FileNode* node, ReadOnlySpan<byte> name)
    {
        ExtendedAttribute* attribute = *PlaceOf(node, name);
        return attribute != null && attribute->Text.SequenceEqual(name) ? attribute : null;
    }

    /// <summary>Makes an attribute that no file has yet; null when memory is exhausted.</summary>
    internal static ExtendedAttribute* New(ReadOnlySpan<byte> name, int size)
    {
        ExtendedAttribute* made = s_pool.Take();
        if (made == null)
        {
            return null;
        }

        made->Name = TextStore.Copy(name);
        made->NameLength = name.Length;
        made->Size = size;
        bool isComplete = made->Name != null;
        for (int left = size; isComplete && left != 0;)
        {
            int bytes = Math.Min(left, AttributePiece.LargestSize);
            AttributePiece* piece = (AttributePiece*)TextStore.Take(AttributePiece.BytesFor(bytes));
            isComplete = piece != null;
            if (isComplete)
            {
                piece->Size = bytes;
                piece->Next = made->Value;
                made->Value = piece;
                left -= bytes;
            }
        }

        if (!isComplete)
        {
            Free(made);
            return null;
        }

        return made;
    }

    /// <summary>Gives a file an attribute.</summary>
    /// <param name="node">The file.</param>
    /// <param name="added">The attribute; the file's, if 0 is returned.</param>
    /// <param name="flags"><see cref="Create"/> or <see cref="Replace"/>.</param>
    /// <param name="old">One of the same name that it had; to be freed.</param>
    /// <returns>0, or -EEXIST, -ENODATA.</returns>
    internal static long Set(FileNode* node, ExtendedAttribute* added, int flags, out ExtendedAttribute* old)
    {
        ExtendedAttribute** place = PlaceOf(node, added->Text);
        old = *place != null && (*place)->Text.SequenceEqual(added->Text) ? *place : null;
        if (old != null && (flags & Create) != 0)
        {
            old = null;
            return -Errno.EEXIST;
        }

        if (old == null && (flags & Replace) != 0)
        {
            return -Errno.ENODATA;
        }

        added->Next = old == null ? *place : old->Next;
        *place = added;
        FileTime.Change(node);
        return 0;
    }

    /// <summary>Takes an attribute from a file.</summary>
    /// <param name="node">The file.</param>
    /// <param name="name">Its name.</param>
    /// <param name="old">The attribute; to be freed.</param>
    /// <returns>0, or -ENODATA.</returns>
    internal static long Remove(FileNode* node, ReadOnlySpan<byte> name, out ExtendedAttribute* old)
    {
        ExtendedAttribute** place = PlaceOf(node, name);
        old = *place != null && (*place)->Text.SequenceEqual(name) ? *place : null;
        if (old == null)
        {
            return -Errno.ENODATA;
        }

        *place = old->Next;
        FileTime.Change(node);
        return 0;
    }

    /// <summary>Gives an attribute's memory back.</summary>
    internal static void Free(ExtendedAttribute* attribute)
    {
        while (attribute->Value != null)
        {
            AttributePiece* piece = attribute->Value;
            attribute->Value = piece->Next;
            TextStore.Give((byte*)piece, AttributePiece.BytesFor(piece->Size));
        }

        if (attribute->Name != null)
        {
            TextStore.Give(attribute->Name, attribute->NameLength);
        }

        s_pool.Return(attribute);
    }

    /// <summary>Frees those of a file that is freed.</summary>
    internal static void Free(FileNode* node)
    {
        while (node->Attributes != null)
        {
            ExtendedAttribute* attribute = node->Attributes;
            node->Attributes = attribute->Next;
            Free(attribute);
        }
    }

    private static bool Has(ReadOnlySpan<byte> name, ReadOnlySpan<byte> prefix) => name.StartsWith(prefix);

    // Last name first: so Linux lists them.
    private static ExtendedAttribute** PlaceOf(FileNode* node, ReadOnlySpan<byte> name)
    {
        ExtendedAttribute** place = &node->Attributes;
        while (*place != null && (*place)->Text.SequenceCompareTo(name) > 0)
        {
            place = &(*place)->Next;
        }

        return place;
    }
}
