using AzaleaOS.Abi;
using AzaleaOS.Sideloader.Native;
using Microsoft.Win32.SafeHandles;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>What a unikernel in the background wrote: a file that gives up its beginning when it gets too long.</summary>
/// <remarks>
/// Application, daemon and supervisor append to it as they like and never wait. What is too old is cut out as a hole: places in
/// the file stay what they are, so that whoever reads or appends meanwhile misses nothing that is kept.
/// </remarks>
internal static unsafe class LogFile
{
    /// <summary>The usual bound, in bytes.</summary>
    internal const long UsualBound = 16 << 20;

    /// <summary>The smallest bound, in bytes.</summary>
    internal const long SmallestBound = 64 << 10;

    /// <summary>How often the length is looked at.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>FALLOC_FL_KEEP_SIZE and FALLOC_FL_PUNCH_HOLE. Source: Linux, include/uapi/linux/falloc.h.</summary>
    private const int PunchHole = 3;

    /// <summary>SEEK_DATA. Source: lseek(2).</summary>
    private const int SeekData = 3;

    /// <summary>Cuts the beginning off if there is more than the bound: then half of it is left.</summary>
    /// <returns>Whether it did.</returns>
    internal static bool Trim(SafeFileHandle file, long bound)
    {
        long length = RandomAccess.GetLength(file);
        if (length - FirstByte(file, 0) <= bound)
            return false;

        int descriptor = (int)file.DangerousGetHandle();
        if (Libc.Allocate(descriptor, PunchHole, 0, length - bound / 2) < 0)
        {
            // A file system without holes: then all of it goes.
            LinuxException.ThrowIfFailed(Libc.Truncate(descriptor, 0), "shorten a log");
        }

        return true;
    }

    /// <summary>Where the first byte is that was not cut off.</summary>
    /// <param name="file">The log.</param>
    /// <param name="from">Not before this place.</param>
    internal static long FirstByte(SafeFileHandle file, long from)
    {
        long length = RandomAccess.GetLength(file);
        if (from >= length)
            return Math.Min(from, length);
        long place = Libc.Seek((int)file.DangerousGetHandle(), from, SeekData);
        return place >= 0 ? place : Libc.LastError == Errno.ENXIO ? length : from;
    }
}
