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

    /// <summary>
    /// poll. The structures are argument 0's bytes, come back behind the response header, and name the peer's descriptors. Argument 2 is 0 to look
    /// once; else the request waits until one is ready or CANCEL ends it: time is the unikernel's. Argument 3 is a
    /// <see cref="ChannelPoll"/>.
    /// </summary>
    Poll = 7,

    /// <summary>lseek.</summary>
    LSeek = 8,

    /// <summary>ioctl: terminals, FIONREAD and FIONBIO; others get -ENOTTY. Argument 2 is the structure's length if Linux reads it, or the number if it is one.</summary>
    IOCtl = 16,

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

    /// <summary>sendfile. The offset comes back if it is not null. May move less than asked for.</summary>
    SendFile = 40,

    /// <summary>
    /// fcntl: F_DUPFD, F_DUPFD_CLOEXEC, F_GETFL, F_SETFL, record locks of the process and of open files (struct flock, 32 bytes, follows
    /// the header; F_GETLK gives it back), F_GETPIPE_SZ, F_SETPIPE_SZ; others get -EINVAL. The process is the peer: its number is no number of the unikernel's.
    /// </summary>
    FCntl = 72,

    /// <summary>flock. One that waits can be interrupted.</summary>
    FLock = 73,

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

    /// <summary>mknod: as mknodat.</summary>
    MkNod = 133,

    /// <summary>statfs.</summary>
    StatFs = 137,

    /// <summary>fstatfs.</summary>
    FStatFs = 138,

    /// <summary>readahead.</summary>
    ReadAhead = 187,

    /// <summary>setxattr: "user." names; others get -EOPNOTSUPP. Path, name, then value.</summary>
    SetXAttr = 188,

    /// <summary>lsetxattr.</summary>
    LSetXAttr = 189,

    /// <summary>fsetxattr.</summary>
    FSetXAttr = 190,

    /// <summary>getxattr. No room for the value asks for its length.</summary>
    GetXAttr = 191,

    /// <summary>lgetxattr.</summary>
    LGetXAttr = 192,

    /// <summary>fgetxattr.</summary>
    FGetXAttr = 193,

    /// <summary>listxattr: "user." names.</summary>
    ListXAttr = 194,

    /// <summary>llistxattr.</summary>
    LListXAttr = 195,

    /// <summary>flistxattr.</summary>
    FListXAttr = 196,

    /// <summary>removexattr.</summary>
    RemoveXAttr = 197,

    /// <summary>lremovexattr.</summary>
    LRemoveXAttr = 198,

    /// <summary>fremovexattr.</summary>
    FRemoveXAttr = 199,

    /// <summary>getdents64.</summary>
    GetDEnts = 217,

    /// <summary>fadvise64.</summary>
    FAdvise = 221,

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

    /// <summary>splice between files and pipes of the peer. Offsets as copy_file_range. May move less than asked for.</summary>
    Splice = 275,

    /// <summary>tee between pipes of the peer.</summary>
    Tee = 276,

    /// <summary>sync_file_range.</summary>
    SyncFileRange = 277,

    /// <summary>utimensat. The times are 32 bytes, or null.</summary>
    UTimeNsAt = 280,

    /// <summary>fallocate.</summary>
    FAllocate = 285,

    /// <summary>preadv.</summary>
    PReadV = 295,

    /// <summary>pwritev.</summary>
    PWriteV = 296,

    /// <summary>syncfs.</summary>
    SyncFs = 306,

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

    /// <summary>openat2. struct open_how follows the path; argument 2 is its length. RESOLVE_BENEATH and RESOLVE_IN_ROOT mean the directory given.</summary>
    OpenAt2 = 437,

    /// <summary>faccessat2.</summary>
    FAccessAt2 = 439,
}
