using System.Threading;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>How much the files of the tree may grow: half of the memory, as Linux's tmpfs.</summary>
/// <remarks>Counts pages that files own; written by interlocked operations.</remarks>
internal static unsafe class FileSpace
{
    private static long s_total = long.MaxValue;
    private static long s_used;

    /// <summary>All pages.</summary>
    internal static ulong Total => (ulong)s_total;

    /// <summary>Pages that no file has.</summary>
    internal static ulong Free => (ulong)Math.Max(0, s_total - Volatile.Read(ref s_used));

    /// <summary>Sets the limit; nothing is used yet.</summary>
    /// <param name="memory">Bytes of memory that there are.</param>
    internal static void Initialize(ulong memory)
    {
        s_total = (long)(memory / KernelPages.Size / 2);
        s_used = 0;
    }

    /// <summary>Takes a page of zeros for a file; null if there is no space: -ENOSPC.</summary>
    internal static void* Take()
    {
        if (Interlocked.Increment(ref s_used) <= s_total)
        {
            void* page = KernelPages.Take();
            if (page != null)
            {
                return page;
            }
        }

        Interlocked.Decrement(ref s_used);
        return null;
    }

    /// <summary>Gives a page back.</summary>
    internal static void Give(void* page)
    {
        KernelPages.Give(page);
        Interlocked.Decrement(ref s_used);
    }
}
