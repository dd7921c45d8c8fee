namespace AzaleaOS.Abi.Linux;

/// <summary>AT_ constants of the calls that take a directory and a path.</summary>
/// <remarks>Source: Linux, include/uapi/linux/fcntl.h.</remarks>
public static class AtFlags
{
    /// <summary>AT_FDCWD: the working directory, in place of a descriptor.</summary>
    public const int WorkingDirectory = -100;

    /// <summary>AT_SYMLINK_NOFOLLOW.</summary>
    public const int NoFollow = 0x100;

    /// <summary>AT_EACCESS.</summary>
    public const int EffectiveAccess = 0x200;

    /// <summary>AT_REMOVEDIR.</summary>
    public const int RemoveDirectory = 0x200;

    /// <summary>AT_SYMLINK_FOLLOW.</summary>
    public const int Follow = 0x400;

    /// <summary>AT_NO_AUTOMOUNT.</summary>
    public const int NoAutomount = 0x800;

    /// <summary>AT_EMPTY_PATH: the descriptor itself.</summary>
    public const int EmptyPath = 0x1000;

    /// <summary>AT_STATX_FORCE_SYNC and AT_STATX_DONT_SYNC.</summary>
    public const int SyncMask = 0x6000;
}
