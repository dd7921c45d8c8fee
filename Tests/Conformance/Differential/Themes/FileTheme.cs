using FsCheck;
using FsCheck.Fluent;
using static AzaleaOS.Tests.Conformance.Differential.Arguments;

namespace AzaleaOS.Tests.Conformance.Differential.Themes;

/// <summary>Files, directories and descriptors.</summary>
internal static class FileTheme
{
    private const long Create = 0x40, Exclusive = 0x80, Truncate = 0x200, Append = 0x400, NonBlock = 0x800, DirectoryOnly = 0x10000, NoFollow = 0x20000, CloseOnExec = 0x80000, PathOnly = 0x200000;

    // Device, inode, and the three times; a directory's size and blocks are the file system's own.
    private static readonly (char, long, long)[] s_stat = [('z', 0, 16), ('z', 56, 16), ('z', 72, 48)];
    private static readonly (char, long, long)[] s_statx = [('z', 4, 4), ('z', 32, 8), ('z', 48, 96), ('z', 144, 112)];
    private static readonly (char, long, long)[] s_statfs = [('z', 0, 120)];
    private static readonly Gen<Argument> s_mode = Around(0, 0x1a4, 0x1ff, 0x1c0, 0x124, 0xfff, 0x81a4);
    private static readonly Gen<Argument> s_access = from how in Gen.Elements(0L, 0, 1, 2, 2, 3)
                                                     from more in Flags(Create, Exclusive, Truncate, Append, NonBlock, DirectoryOnly, NoFollow, CloseOnExec, PathOnly, Create | Exclusive, Create | Truncate)
                                                     select new Argument(new Number(how | ((Number)more.Word).Value));

    private static readonly Gen<Argument> s_vectors = InBehind(Where(), Of(0, 1, 10, 100), Where(), Of(0, 5, 300), Where(), Of(3, -1, 0));
    private static readonly Gen<Argument> s_count = Gen.Frequency((8, Of(1, 2, 2)), (1, Of(0, 3, -1, 1025)));
    private static readonly Gen<Argument> s_twoTimes = OrNull(In(Of(0, 1, 1000000000), Of(0, 999999999, 0x3fffffff, 0x3ffffffe, -1), Of(5), Of(0, 0x3fffffff, 0x3ffffffe)));
    private static readonly Gen<Argument> s_lock = InOut32([('z', 24, 4)], Of(0, 1, 2, 0x10000, 3), Of(0), Of(0, 10), Of(0), Of(0, 5), Of(0), Of(0));
    private static readonly Gen<Argument> s_free = Of(10, 20, 30, 40, 3);
    private static readonly Syscall s_openFile = new("open", 2, Gen.Constant(new Argument(new Text("f"))), Of(2), Of(0)) { Makes = Product.Descriptor };

    /// <summary>What is open: reading, writing, positions, locks.</summary>
    internal static Theme Descriptors { get; } = new("descriptors",
    [
        new Syscall("open", 2, AnyPath, s_access, s_mode) { Makes = Product.Descriptor }.Often,
        new Syscall("openat", 257, Folder, PathName, s_access, s_mode) { Makes = Product.Descriptor },
        new Syscall("creat", 85, PathName, s_mode) { Makes = Product.Descriptor }.Seldom,
        new Syscall("memfd_create", 319, Either(PathName), Flags(1, 2, 8)) { Makes = Product.Descriptor }.Seldom,
        new Syscall("close", 3, Descriptor),
        new Syscall("close_range", 436, Of(3, 10, 60, 63), Of(3, 10, 40, 62), Of(0, 4, 0, 1)).Seldom,
        new Syscall("read", 0, Descriptor, Data, Size).Often,
        new Syscall("write", 1, Descriptor, ReadableData, SmallSize).Often,
        new Syscall("pread64", 17, Descriptor, Data, Size, Position),
        new Syscall("pwrite64", 18, Descriptor, ReadableData, SmallSize, Position),
        new Syscall("readv", 19, Descriptor, s_vectors, s_count),
        new Syscall("writev", 20, Descriptor, s_vectors, s_count),
        new Syscall("preadv", 295, Descriptor, s_vectors, s_count, Position, Of(0)).Seldom,
        new Syscall("pwritev", 296, Descriptor, s_vectors, s_count, Position, Of(0)).Seldom,
        new Syscall("preadv2", 327, Descriptor, s_vectors, s_count, Position, Of(0), Flags(1, 2, 8)).Seldom,
        new Syscall("pwritev2", 328, Descriptor, s_vectors, s_count, Position, Of(0), Flags(2, 4, 16)).Seldom,
        new Syscall("lseek", 8, Descriptor, Position, Around(0, 1, 2, 0, 1, 2, 3, 4)).Often,
        new Syscall("fstat", 5, Descriptor, Out(s_stat)),
        new Syscall("ftruncate", 77, Descriptor, Position),
        new Syscall("fallocate", 285, Descriptor, Of(0, 0, 1, 2, 3, 16), Position, Position).Seldom,
        new Syscall("dup", 32, Descriptor) { Makes = Product.Descriptor },
        new Syscall("dup2", 33, Descriptor, s_free) { Makes = Product.Descriptor },
        new Syscall("dup2", 33, Descriptor, Descriptor),
        new Syscall("dup2", 33, Descriptor, Of(-1, 100000, 1 << 30)).Seldom,
        new Syscall("dup3", 292, Descriptor, s_free, Flags(CloseOnExec)) { Makes = Product.Descriptor },
        new Syscall("fcntl", 72, Descriptor, Of(0, 1030), Of(3, 10, 40, -1, 100000)) { Makes = Product.Descriptor },
        new Syscall("fcntl", 72, Descriptor, Of(1, 3)),
        new Syscall("fcntl", 72, Descriptor, Of(2), Of(0, 1, 2)),
        new Syscall("fcntl", 72, Descriptor, Of(4), Of(0, Append, NonBlock, 0x40000, 1, Append | NonBlock)),
        new Syscall("fcntl", 72, Descriptor, Of(5, 6, 36, 37), s_lock),
        new Syscall("fcntl", 72, Descriptor, Of(9, 11, 1031, 1032, 1034, 9999, 1025), Of(0)),
        new Syscall("flock", 73, Descriptor, Of(1 | 4, 2 | 4, 8, 4, 0, 32, -1)),
        new Syscall("fsync", 74, Descriptor),
        new Syscall("fdatasync", 75, Descriptor),
        new Syscall("sync_file_range", 277, Descriptor, Position, Position, Flags(1, 2, 4)).Seldom,
        new Syscall("fadvise64", 221, Descriptor, Position, Position, Around(0, 1, 2, 3, 4, 5)),
        new Syscall("readahead", 187, Descriptor, Position, Size).Seldom,
        new Syscall("ioctl", 16, Descriptor, Of(0x5401, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451, 0x40049409, 0x12345678), Out()),
        new Syscall("sendfile", 40, Descriptor, Descriptor, OrNull(In(Position)), SmallSize),
        new Syscall("copy_file_range", 326, Descriptor, OrNull(In(Position)), Descriptor, OrNull(In(Position)), SmallSize, Of(0, 0, 0, 1)),
        new Syscall("getdents64", 217, Descriptor, Out(('z', 0, 1024)), Of(1024, 0, 10, 400)),
        new Syscall("fchmod", 91, Descriptor, s_mode),
        new Syscall("fchown", 93, Descriptor, Of(-1, 0, 1000), Of(-1, 0, 1000)),
        new Syscall("fstatfs", 138, Descriptor, Out(s_statfs)),
        new Syscall("syncfs", 306, Descriptor).Seldom,
    ])
    {
        Prelude = [s_openFile],
    };

    /// <summary>Names: what is where, and what it is.</summary>
    internal static Theme Names { get; } = new("names",
    [
        new Syscall("stat", 4, AnyPath, Out(s_stat)).Often,
        new Syscall("lstat", 6, AnyPath, Out(s_stat)),
        new Syscall("newfstatat", 262, Folder, PathName, Out(s_stat), Flags(0x100, 0x1000, 0x800)),
        new Syscall("statx", 332, Folder, PathName, Flags(0x100, 0x1000, 0x2000, 0x4000), Of(0x7ff, 0xfff, 0x40, 0x240, unchecked((int)0x80000000)), Out(s_statx)),
        new Syscall("access", 21, AnyPath, Around(0, 1, 2, 4, 7, 8)),
        new Syscall("faccessat", 269, Folder, PathName, Around(0, 1, 2, 4, 7, 8)),
        new Syscall("faccessat2", 439, Folder, PathName, Around(0, 1, 2, 4, 7, 8), Flags(0x100, 0x200, 0x1000)).Seldom,
        new Syscall("open", 2, PathName, from access in s_access select new Argument(new Number(((Number)access.Word).Value | NonBlock)), s_mode) { Makes = Product.Descriptor },
        new Syscall("openat2", 437, Folder, PathName, In(Of(NonBlock, NonBlock | 0x40, NonBlock | 2, NonBlock | 0x10000), Of(0, 0x1a4), Of(0, 4, 8, 0x10)), Around(24, 23, 32)) { Makes = Product.Descriptor }.Seldom,
        new Syscall("mkdir", 83, PathName, s_mode).Often,
        new Syscall("mkdirat", 258, Folder, PathName, s_mode).Seldom,
        new Syscall("rmdir", 84, PathName),
        new Syscall("unlink", 87, PathName),
        new Syscall("unlinkat", 263, Folder, PathName, Flags(0x200)),
        new Syscall("rename", 82, PathName, PathName).Often,
        new Syscall("renameat", 264, Folder, PathName, Folder, PathName).Seldom,
        new Syscall("renameat2", 316, Folder, PathName, Folder, PathName, Flags(1, 2)),
        new Syscall("link", 86, PathName, PathName),
        new Syscall("linkat", 265, Folder, PathName, Folder, PathName, Flags(0x400, 0x1000)),
        new Syscall("symlink", 88, PathName, PathName),
        new Syscall("symlinkat", 266, PathName, Folder, PathName).Seldom,
        new Syscall("readlink", 89, AnyPath, Data, Around(1, 5, 100, 1024, 0)),
        new Syscall("readlinkat", 267, Folder, PathName, Data, Around(1, 5, 100, 1024, 0)),
        new Syscall("chmod", 90, PathName, s_mode),
        new Syscall("fchmodat", 268, Folder, PathName, s_mode),
        new Syscall("chown", 92, PathName, Of(-1, 0, 1000), Of(-1, 0, 1000)),
        new Syscall("lchown", 94, PathName, Of(-1, 0, 1000), Of(-1, 0, 1000)),
        new Syscall("fchownat", 260, Folder, PathName, Of(-1, 0, 1000), Of(-1, 0), Flags(0x100, 0x1000)).Seldom,
        new Syscall("truncate", 76, PathName, Position),
        new Syscall("utimensat", 280, Folder, Either(PathName, Of(0)), s_twoTimes, Flags(0x100)),
        new Syscall("utime", 132, PathName, OrNull(In(Of(0, 1), Of(0, 1)))).Seldom,
        new Syscall("utimes", 235, PathName, OrNull(In(Of(0, 1), Of(0, 999999, 1000000), Of(1), Of(0)))).Seldom,
        new Syscall("mknod", 133, PathName, Of(0x81a4, 0x11a4, 0x1a4, 0x41a4, 0xa1a4, 0xc1a4), Of(0)),
        new Syscall("chdir", 80, PathName).Seldom,
        new Syscall("fchdir", 81, Descriptor).Seldom,
        new Syscall("getcwd", 79, Out(('z', 0, 1024)), Of(1024, 0, 1, 2)) { Comparison = 'v' },
        new Syscall("umask", 95, Of(0, 0x12, 0x3f)),
        new Syscall("statfs", 137, AnyPath, Out(s_statfs)),
        new Syscall("getdents64", 217, Descriptor, Out(('z', 0, 1024)), Of(1024, 0, 10)),
        new Syscall("setxattr", 188, PathName, Name(), Data, Of(0, 1, 10, 65537), Around(0, 1, 2)).Seldom,
        new Syscall("getxattr", 191, PathName, Name(), Data, Of(0, 1, 10, 100)).Seldom,
        new Syscall("listxattr", 194, PathName, Data, Of(0, 1, 100)).Seldom,
        new Syscall("removexattr", 197, PathName, Name()).Seldom,
        new Syscall("chroot", 161, Gen.Constant(new Argument(new Text("missing")))).Seldom,
        new Syscall("mount", 165, Bad, Bad, Bad, Of(0), Bad).Seldom,
        new Syscall("umount2", 166, Gen.Constant(new Argument(new Text("missing"))), Of(0)).Seldom,
        new Syscall("sync", 162).Seldom,
    ]);

    private static Gen<Argument> Where() => from slot in Slot select new Argument(new Place(slot));

    private static Gen<Argument> Name() => from name in Gen.Elements("user.a", "user.b", "trusted.x", "nonsense", "user.", "") select new Argument(new Text(name));
}
