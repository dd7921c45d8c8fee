using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>Pages for what is under way in pipes and sockets. Not cleared: each is written before it is read.</summary>
/// <remarks>Shared by all cores. A page that comes back is kept for the next taker.</remarks>
internal static unsafe class BufferPages
{
    private static SpinLock s_lock;
    private static void* s_free;

    /// <summary>Forgets the pages that are kept.</summary>
    internal static void Reset() => s_free = null;

    /// <summary>Takes a page with anything in it; null when memory is exhausted.</summary>
    internal static byte* Take()
    {
        s_lock.Enter();
        void* page = s_free;
        if (page != null)
        {
            s_free = *(void**)page;
        }

        s_lock.Exit();
        return (byte*)(page != null ? page : KernelPages.Take());
    }

    /// <summary>Gives a page back.</summary>
    internal static void Give(void* page)
    {
        s_lock.Enter();
        *(void**)page = s_free;
        s_free = page;
        s_lock.Exit();
    }
}
