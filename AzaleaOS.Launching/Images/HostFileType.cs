using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AzaleaOS.Build.Images;

/// <summary>Tells regular files from devices, pipes and sockets, which .NET does not.</summary>
internal static class HostFileType
{
    private const int CurrentDirectory = -100;      // AT_FDCWD
    private const uint AskType = 1;                 // STATX_TYPE
    private const int BufferSize = 256;
    private const int ModeOffset = 28;              // stx_mode of statx(2)

    /// <summary>True if a path is a regular file, links followed; true for whatever exists where there is no statx(2).</summary>
    internal static bool IsRegular(string path)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        byte[] buffer = new byte[BufferSize];
        return StatX(CurrentDirectory, path, 0, AskType, buffer) == 0
            && (BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(ModeOffset)) & InitramfsEntry.TypeMask) == InitramfsEntry.RegularFile;
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static extern int StatX(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] buffer);
}
