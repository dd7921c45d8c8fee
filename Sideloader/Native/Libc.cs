using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Sideloader.Native;

/// <summary>The C library's functions that .NET has no call for. Each returns what C says; the error is in errno.</summary>
/// <remarks>
/// <see cref="Marshal.GetLastSystemError"/> gives errno right after the call: all arguments are blittable, so no code
/// runs in between. A call that may wait must not suppress the transition, or it would keep the garbage collector waiting.
/// </remarks>
internal static unsafe partial class Libc
{
    internal const int SeekSet = 0;
    internal const int SeekEnd = 2;
    internal const int ProtectNone = 0;
    internal const int ProtectRead = 1;
    internal const int ProtectWrite = 2;
    internal const int MapShared = 1;
    internal const int MapNoReserve = 0x4000;

    internal const int EventNonBlocking = 0x800;
    internal const int EventCloseOnExec = 0x80000;
    internal const ushort PollIn = 1;
    internal const ushort PollOut = 4;
    internal const int DescriptorLimit = 7;

    private const string Library = "libc";

    /// <summary>MAP_FAILED.</summary>
    internal static readonly void* MapFailed = (void*)-1;

    [LibraryImport(Library, EntryPoint = "lseek")]
    internal static partial long Seek(int descriptor, long offset, int whence);

    [LibraryImport(Library, EntryPoint = "mmap")]
    internal static partial void* Map(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport(Library, EntryPoint = "munmap")]
    internal static partial int Unmap(void* address, nuint length);

    [LibraryImport(Library, EntryPoint = "mprotect")]
    internal static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport(Library, EntryPoint = "memfd_create")]
    internal static partial int CreateMemoryFile(byte* name, uint flags);

    [LibraryImport(Library, EntryPoint = "ftruncate")]
    internal static partial int Truncate(int descriptor, long length);

    [LibraryImport(Library, EntryPoint = "close")]
    internal static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "eventfd")]
    internal static partial int CreateEvent(uint value, int flags);

    [LibraryImport(Library, EntryPoint = "poll")]
    internal static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "read")]
    internal static partial nint Read(int descriptor, void* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "write")]
    internal static partial nint Write(int descriptor, void* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "recvmsg")]
    internal static partial nint ReceiveMessage(int socket, MessageHeader* message, MessageFlags flags);

    [LibraryImport(Library, EntryPoint = "sendmsg")]
    internal static partial nint SendMessage(int socket, MessageHeader* message, MessageFlags flags);

    [LibraryImport(Library, EntryPoint = "openat")]
    internal static partial int OpenAt(int directory, byte* path, OpenFlags flags, uint mode);

    [LibraryImport(Library, EntryPoint = "fstatat")]
    internal static partial int StatAt(int directory, byte* path, Stat* status, int flags);

    [LibraryImport(Library, EntryPoint = "fstatfs")]
    internal static partial int StatFileSystem(int descriptor, FileSystemStatus* status);

    [LibraryImport(Library, EntryPoint = "readlinkat")]
    internal static partial nint ReadLinkAt(int directory, byte* path, byte* target, nuint length);

    [LibraryImport(Library, EntryPoint = "symlinkat")]
    internal static partial int SymbolicLinkAt(byte* target, int directory, byte* path);

    [LibraryImport(Library, EntryPoint = "mknodat")]
    internal static partial int MakeNodeAt(int directory, byte* path, uint mode, ulong device);

    [LibraryImport(Library, EntryPoint = "mkdirat")]
    internal static partial int MakeDirectoryAt(int directory, byte* path, uint mode);

    [LibraryImport(Library, EntryPoint = "unlinkat")]
    internal static partial int UnlinkAt(int directory, byte* path, int flags);

    [LibraryImport(Library, EntryPoint = "renameat2")]
    internal static partial int RenameAt(int oldDirectory, byte* oldPath, int newDirectory, byte* newPath, uint flags);

    [LibraryImport(Library, EntryPoint = "linkat")]
    internal static partial int LinkAt(int oldDirectory, byte* oldPath, int newDirectory, byte* newPath, int flags);

    [LibraryImport(Library, EntryPoint = "fchmodat")]
    internal static partial int ChangeModeAt(int directory, byte* path, uint mode, int flags);

    [LibraryImport(Library, EntryPoint = "fchownat")]
    internal static partial int ChangeOwnerAt(int directory, byte* path, uint user, uint group, int flags);

    [LibraryImport(Library, EntryPoint = "utimensat")]
    internal static partial int SetTimesAt(int directory, byte* path, Timespec* times, int flags);

    [LibraryImport(Library, EntryPoint = "pread")]
    internal static partial nint ReadAt(int descriptor, void* buffer, nuint length, long offset);

    [LibraryImport(Library, EntryPoint = "pwrite")]
    internal static partial nint WriteAt(int descriptor, void* buffer, nuint length, long offset);

    [LibraryImport(Library, EntryPoint = "preadv")]
    internal static partial nint ReadVector(int descriptor, IoVector* buffers, int count, long offset);

    [LibraryImport(Library, EntryPoint = "pwritev")]
    internal static partial nint WriteVector(int descriptor, IoVector* buffers, int count, long offset);

    [LibraryImport(Library, EntryPoint = "preadv2")]
    internal static partial nint ReadVector(int descriptor, IoVector* buffers, int count, long offset, int flags);

    [LibraryImport(Library, EntryPoint = "pwritev2")]
    internal static partial nint WriteVector(int descriptor, IoVector* buffers, int count, long offset, int flags);

    /// <summary>Numbers for <see cref="SystemCall"/>. Source: Linux, arch/x86/entry/syscalls/syscall_64.tbl.</summary>
    internal const long GetThread = 186;
    internal const long SendThreadSignal = 234;
    internal const long CountCachedPages = 451;

    [LibraryImport(Library, EntryPoint = "prctl")]
    internal static partial int ControlProcess(int operation, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport(Library, EntryPoint = "execve")]
    internal static partial int Execute(byte* path, byte** arguments, byte** environment);

    [LibraryImport(Library, EntryPoint = "sigaction")]
    internal static partial int SetSignalAction(int signal, void* action, void* before);

    [LibraryImport(Library, EntryPoint = "ioctl")]
    internal static partial int DeviceControl(int descriptor, nuint request, void* argument);

    [LibraryImport(Library, EntryPoint = "flock")]
    internal static partial int LockFile(int descriptor, int operation);

    [LibraryImport(Library, EntryPoint = "fcntl")]
    internal static partial int Control(int descriptor, int command, Abi.Linux.RecordLock* argument);

    [LibraryImport(Library, EntryPoint = "sync_file_range")]
    internal static partial int SynchronizeRange(int descriptor, long offset, long length, uint flags);

    [LibraryImport(Library, EntryPoint = "posix_fadvise")]
    internal static partial int Advise(int descriptor, long offset, long length, int advice);

    [LibraryImport(Library, EntryPoint = "readahead")]
    internal static partial nint ReadAhead(int descriptor, long offset, nuint length);

    [LibraryImport(Library, EntryPoint = "sendfile")]
    internal static partial nint SendFile(int target, int source, long* offset, nuint length);

    [LibraryImport(Library, EntryPoint = "splice")]
    internal static partial nint Splice(int source, long* sourceOffset, int target, long* targetOffset, nuint length, uint flags);

    [LibraryImport(Library, EntryPoint = "tee")]
    internal static partial nint Tee(int source, int target, nuint length, uint flags);

    /// <summary>Calls without a function of their own in every C library.</summary>
    [LibraryImport(Library, EntryPoint = "syscall")]
    internal static partial long SystemCall(long number, long first, void* second, void* third, long fourth, void* fifth);

    [LibraryImport(Library, EntryPoint = "truncate")]
    internal static partial int Truncate(byte* path, long length);

    [LibraryImport(Library, EntryPoint = "chmod")]
    internal static partial int ChangeMode(byte* path, uint mode);

    [LibraryImport(Library, EntryPoint = "fchmod")]
    internal static partial int ChangeMode(int descriptor, uint mode);

    [LibraryImport(Library, EntryPoint = "fcntl")]
    internal static partial int Control(int descriptor, int command, nint argument);

    [LibraryImport(Library, EntryPoint = "epoll_create1")]
    internal static partial int CreatePoll(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl")]
    internal static partial int ControlPoll(int poll, int operation, int descriptor, EpollEvent* wanted);

    [LibraryImport(Library, EntryPoint = "epoll_wait")]
    internal static partial int WaitForPoll(int poll, EpollEvent* events, int count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "dup")]
    internal static partial int Duplicate(int descriptor);

    [LibraryImport(Library, EntryPoint = "fsync")]
    internal static partial int Synchronize(int descriptor);

    [LibraryImport(Library, EntryPoint = "fdatasync")]
    internal static partial int SynchronizeData(int descriptor);

    [LibraryImport(Library, EntryPoint = "syncfs")]
    internal static partial int SynchronizeFileSystem(int descriptor);

    [LibraryImport(Library, EntryPoint = "fallocate")]
    internal static partial int Allocate(int descriptor, int mode, long offset, long length);

    [LibraryImport(Library, EntryPoint = "copy_file_range")]
    internal static partial nint CopyRange(int source, long* sourceOffset, int target, long* targetOffset, nuint length, uint flags);

    [LibraryImport(Library, EntryPoint = "getdents64")]
    internal static partial nint ReadDirectory(int descriptor, void* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "setxattr")]
    internal static partial int SetExtendedAttribute(byte* path, byte* name, void* value, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "getxattr")]
    internal static partial nint GetExtendedAttribute(byte* path, byte* name, void* value, nuint length);

    [LibraryImport(Library, EntryPoint = "listxattr")]
    internal static partial nint ListExtendedAttributes(byte* path, byte* list, nuint length);

    [LibraryImport(Library, EntryPoint = "removexattr")]
    internal static partial int RemoveExtendedAttribute(byte* path, byte* name);

    [LibraryImport(Library, EntryPoint = "umask")]
    internal static partial uint SetCreationMask(uint mask);

    [LibraryImport(Library, EntryPoint = "getrlimit")]
    internal static partial int GetLimit(int resource, ResourceLimit* limit);

    [LibraryImport(Library, EntryPoint = "setrlimit")]
    internal static partial int SetLimit(int resource, ResourceLimit* limit);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    internal static partial uint GetUser();

    [LibraryImport(Library, EntryPoint = "getegid")]
    internal static partial uint GetGroup();

    /// <summary>Adds one to an eventfd.</summary>
    /// <exception cref="LinuxException">It is none.</exception>
    internal static void Signal(int descriptor)
    {
        ulong one = 1;
        // Full: whoever waits for it wakes up anyway.
        if (Write(descriptor, &one, sizeof(ulong)) != sizeof(ulong) && LastError != Errno.EAGAIN)
            throw LinuxException.Last("signal an eventfd");
    }

    /// <summary>Sets an eventfd back to zero.</summary>
    /// <exception cref="LinuxException">It is none.</exception>
    internal static void Acknowledge(int descriptor)
    {
        ulong count;
        // Empty: another wait has had it.
        if (Read(descriptor, &count, sizeof(ulong)) != sizeof(ulong) && LastError != Errno.EAGAIN)
            throw LinuxException.Last("read an eventfd");
    }

    /// <summary>The error of the last call of this thread.</summary>
    internal static Errno LastError => (Errno)Marshal.GetLastSystemError();
}
