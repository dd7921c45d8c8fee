using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>Room for the paths of the calls that run: a page each, not cleared.</summary>
internal static unsafe class PathBuffers
{
    private static SpinLock s_lock;
    private static void* s_free;

    /// <summary>Forgets all of them.</summary>
    internal static void Initialize()
    {
        s_lock = default;
        s_free = null;
    }

    /// <summary>Takes <see cref="UserMemory.PathMax"/> bytes; null when memory is exhausted.</summary>
    internal static byte* Take()
    {
        s_lock.Enter();
        void* page = s_free;
        s_free = page == null ? null : *(void**)page;
        s_lock.Exit();
        return (byte*)(page == null ? KernelPages.TakeAny() : page);
    }

    /// <summary>Gives them back.</summary>
    internal static void Give(byte* page)
    {
        s_lock.Enter();
        *(void**)page = s_free;
        s_free = page;
        s_lock.Exit();
    }
}
