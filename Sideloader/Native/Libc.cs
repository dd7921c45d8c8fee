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
