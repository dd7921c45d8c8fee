namespace AzaleaOS.Abi.Linux;

/// <summary>The kind of a file and its permissions: st_mode.</summary>
/// <remarks>Source: Linux, include/uapi/linux/stat.h.</remarks>
public static class FileMode
{
    /// <summary>S_IFMT: the bits that tell the kind.</summary>
    public const uint KindMask = 0xf000;

    /// <summary>S_IFIFO.</summary>
    public const uint Pipe = 0x1000;

    /// <summary>S_IFCHR.</summary>
    public const uint CharacterDevice = 0x2000;

    /// <summary>S_IFDIR.</summary>
    public const uint Directory = 0x4000;

    /// <summary>S_IFBLK.</summary>
    public const uint BlockDevice = 0x6000;

    /// <summary>S_IFREG.</summary>
    public const uint Regular = 0x8000;

    /// <summary>S_IFLNK.</summary>
    public const uint SymbolicLink = 0xa000;

    /// <summary>S_IFSOCK.</summary>
    public const uint Socket = 0xc000;

    /// <summary>The permissions with set-user-id, set-group-id and sticky.</summary>
    public const uint PermissionMask = 0xfff;

    /// <summary>rwx for everyone.</summary>
    public const uint Permissions = 0x1ff;

    /// <summary>S_ISUID.</summary>
    public const uint SetUser = 0x800;

    /// <summary>S_ISGID.</summary>
    public const uint SetGroup = 0x400;

    /// <summary>S_ISVTX.</summary>
    public const uint Sticky = 0x200;

    /// <summary>x for the group.</summary>
    public const uint GroupExecute = 0x8;

    /// <summary>x for anyone.</summary>
    public const uint AnyExecute = 0x49;
}
