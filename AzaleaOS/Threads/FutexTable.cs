using System.Runtime.CompilerServices;
using AzaleaOS.Memory;

namespace AzaleaOS.Threads;

/// <summary>The buckets of all futexes.</summary>
internal static unsafe class FutexTable
{
    private const int PageCount = 4;
    private const int PageShift = 6;
    private const int BucketsPerPage = 1 << PageShift;
    private const ulong Spread = 0x9e37_79b9_7f4a_7c15;

    // A page that holds the addresses of the buckets' pages: an array in a static would be checked for its bounds.
    private static FutexBucket** s_pages;

    /// <summary>Makes empty buckets.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        s_pages = (FutexBucket**)KernelPages.Take();
        for (int i = 0; s_pages != null && i < PageCount; i++)
        {
            s_pages[i] = (FutexBucket*)KernelPages.Take();
            if (s_pages[i] == null) return false;
        }
        return s_pages != null;
    }

    /// <summary>The bucket of a futex.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static FutexBucket* Bucket(FutexKey key)
    {
        ulong index = (key.Value * Spread) >> (64 - PageShift - 2);
        return s_pages[index >> PageShift] + (index & (BucketsPerPage - 1));
    }

    /// <summary>Locks two buckets, which may be the same.</summary>
    internal static void EnterBoth(FutexBucket* a, FutexBucket* b)
    {
        FutexBucket* first = a < b ? a : b;
        FutexBucket* second = a < b ? b : a;
        first->Lock.Enter();
        if (second != first) second->Lock.Enter();
    }

    /// <summary>Unlocks two buckets.</summary>
    internal static void ExitBoth(FutexBucket* a, FutexBucket* b)
    {
        a->Lock.Exit();
        if (a != b) b->Lock.Exit();
    }
}
