using System.Runtime.InteropServices;

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
}
