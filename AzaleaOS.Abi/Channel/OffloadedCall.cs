namespace AzaleaOS.Abi.Channel;

/// <summary>The system calls that the peer answers. All others get -ENOSYS from it.</summary>
/// <remarks>The numbers are those of Linux on x86-64: arch/x86/entry/syscalls/syscall_64.tbl.</remarks>
public enum OffloadedCall : ushort
{
    /// <summary>read.</summary>
    Read = 0,

    /// <summary>write.</summary>
    Write = 1,

    /// <summary>open.</summary>
    Open = 2,

    /// <summary>close.</summary>
    Close = 3,

    /// <summary>stat.</summary>
    Stat = 4,

    /// <summary>fstat.</summary>
    FStat = 5,

    /// <summary>lstat.</summary>
    LStat = 6,

    /// <summary>lseek.</summary>
    LSeek = 8,

    /// <summary>pread64.</summary>
    PRead = 17,

    /// <summary>pwrite64.</summary>
    PWrite = 18,

    /// <summary>readv.</summary>
    ReadV = 19,

    /// <summary>writev.</summary>
    WriteV = 20,

    /// <summary>access.</summary>
    Access = 21,

    /// <summary>dup.</summary>
    Dup = 32,

    /// <summary>fcntl: F_GETFL and F_SETFL; others get -EINVAL.</summary>
    FCntl = 72,

    /// <summary>fsync.</summary>
    FSync = 74,

    /// <summary>fdatasync.</summary>
    FDataSync = 75,

    /// <summary>truncate.</summary>
    Truncate = 76,

    /// <summary>ftruncate.</summary>
    FTruncate = 77,

    /// <summary>getcwd. The path has a zero at the end, and the result counts it.</summary>
    GetCwd = 79,

    /// <summary>chdir.</summary>
    ChDir = 80,

    /// <summary>fchdir.</summary>
    FChDir = 81,

    /// <summary>rename.</summary>
    Rename = 82,

    /// <summary>mkdir.</summary>
    MkDir = 83,

    /// <summary>rmdir.</summary>
    RmDir = 84,

    /// <summary>creat.</summary>
    Creat = 85,

    /// <summary>link.</summary>
    Link = 86,

    /// <summary>unlink.</summary>
    Unlink = 87,

    /// <summary>symlink.</summary>
    SymLink = 88,

    /// <summary>readlink.</summary>
    ReadLink = 89,

    /// <summary>chmod.</summary>
    ChMod = 90,

    /// <summary>fchmod.</summary>
    FChMod = 91,

    /// <summary>chown.</summary>
    ChOwn = 92,

    /// <summary>fchown.</summary>
    FChOwn = 93,

    /// <summary>lchown.</summary>
    LChOwn = 94,

    /// <summary>umask.</summary>
    UMask = 95,

    /// <summary>statfs.</summary>
    StatFs = 137,

    /// <summary>fstatfs.</summary>
    FStatFs = 138,

    /// <summary>getdents64.</summary>
    GetDEnts = 217,

    /// <summary>openat.</summary>
    OpenAt = 257,

    /// <summary>mkdirat.</summary>
    MkDirAt = 258,

    /// <summary>mknodat: regular files, pipes and sockets; devices get -EPERM.</summary>
    MkNodAt = 259,

    /// <summary>fchownat.</summary>
    FChOwnAt = 260,

    /// <summary>newfstatat.</summary>
    NewFStatAt = 262,

    /// <summary>unlinkat.</summary>
    UnlinkAt = 263,

    /// <summary>renameat.</summary>
    RenameAt = 264,

    /// <summary>linkat.</summary>
    LinkAt = 265,

    /// <summary>symlinkat.</summary>
    SymLinkAt = 266,

    /// <summary>readlinkat.</summary>
    ReadLinkAt = 267,

    /// <summary>fchmodat.</summary>
    FChModAt = 268,

    /// <summary>faccessat.</summary>
    FAccessAt = 269,

    /// <summary>utimensat. The times are 32 bytes, or null.</summary>
    UTimeNsAt = 280,

    /// <summary>fallocate.</summary>
    FAllocate = 285,

    /// <summary>preadv.</summary>
    PReadV = 295,

    /// <summary>pwritev.</summary>
    PWriteV = 296,

    /// <summary>renameat2.</summary>
    RenameAt2 = 316,

    /// <summary>copy_file_range. Offsets that are not null come back in the order of the arguments.</summary>
    CopyFileRange = 326,

    /// <summary>preadv2. The flags are argument 5.</summary>
    PReadV2 = 327,

    /// <summary>pwritev2. The flags are argument 5.</summary>
    PWriteV2 = 328,

    /// <summary>statx.</summary>
    StatX = 332,

    /// <summary>faccessat2.</summary>
    FAccessAt2 = 439,
}
