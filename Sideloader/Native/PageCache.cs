using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Sideloader.Native;

/// <summary>What of a file is in the host's memory.</summary>
/// <remarks>Source: Linux 6.5, include/uapi/linux/mman.h, cachestat. Older kernels cannot say.</remarks>
internal static unsafe class PageCache
{
    private const long PageSize = 4096;
    private const int Counters = 5;

    private static volatile bool s_unknown;

    /// <summary>Whether the kernel can say, as far as is known yet.</summary>
    internal static bool IsKnown => !s_unknown;

    /// <summary>Whether all pages of a part are there, as far as the file has that part.</summary>
    internal static bool Holds(int descriptor, long offset, long length)
    {
        Stat status;
        byte empty = 0;
        if (s_unknown || Libc.StatAt(descriptor, &empty, &status, AtFlags.EmptyPath) < 0)
            return false;

        length = Math.Min(length, status.Size - offset);
        if (length <= 0)
            return true;

        ulong* range = stackalloc ulong[2] { (ulong)offset, (ulong)length };
        ulong* counters = stackalloc ulong[Counters];
        if (Libc.SystemCall(Libc.CountCachedPages, descriptor, range, counters, 0, null) < 0)
        {
            s_unknown |= Libc.LastError is Errno.ENOSYS or Errno.EPERM;
            return false;
        }

        return counters[0] >= (ulong)((length + PageSize - 1) / PageSize);
    }
}
