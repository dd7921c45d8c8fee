using System.Runtime.InteropServices;

[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]

namespace AzaleaOS.Linked;

/// <summary>The functions of libazalea.a.</summary>
/// <remarks>
/// Those that return at once are called like a function of C#: SuppressGCTransition, no frame, and behind it a look whether the collector
/// wants the thread. While one runs the collector waits. Those that may wait, or give the core away, are called as any native function,
/// and the collector does not wait for them.
/// </remarks>
internal static unsafe partial class Native
{
    private const string Library = "azalea";

    [DllImport(Library, EntryPoint = "azalea_getpid"), SuppressGCTransition]
    internal static extern long GetPid();

    [DllImport(Library, EntryPoint = "azalea_gettid"), SuppressGCTransition]
    internal static extern long GetTid();

    [DllImport(Library, EntryPoint = "azalea_get_ticks"), SuppressGCTransition]
    internal static extern long GetTicks();

    [DllImport(Library, EntryPoint = "azalea_getprio"), SuppressGCTransition]
    internal static extern long GetPriority(int thread);

    [DllImport(Library, EntryPoint = "azalea_setprio"), SuppressGCTransition]
    internal static extern long SetPriority(int thread, int priority);

    [DllImport(Library, EntryPoint = "azalea_sem_init"), SuppressGCTransition]
    internal static extern long SemaphoreInitialize(uint* semaphore, uint count);

    [DllImport(Library, EntryPoint = "azalea_sem_destroy"), SuppressGCTransition]
    internal static extern long SemaphoreDestroy(uint* semaphore);

    [DllImport(Library, EntryPoint = "azalea_sem_post"), SuppressGCTransition]
    internal static extern long SemaphorePost(uint* semaphore);

    [DllImport(Library, EntryPoint = "azalea_sem_wait")]
    internal static extern long SemaphoreWait(uint* semaphore);

    [DllImport(Library, EntryPoint = "azalea_sem_timedwait")]
    internal static extern long SemaphoreTimedWait(uint* semaphore, uint milliseconds);

    [DllImport(Library, EntryPoint = "azalea_sem_cancelablewait")]
    internal static extern long SemaphoreCancelableWait(uint* semaphore, uint milliseconds);

    [DllImport(Library, EntryPoint = "azalea_msleep")]
    internal static extern long Sleep(uint milliseconds);

    [DllImport(Library, EntryPoint = "azalea_yield")]
    internal static extern long Yield();

    [DllImport(Library, EntryPoint = "azalea_syscall")]
    internal static extern long Call(long number, long a, long b, long c, long d, long e, long f);

    // glibc reads it from the thread's struct rseq, without a call of the kernel.
    [DllImport("libc", EntryPoint = "sched_getcpu"), SuppressGCTransition]
    internal static extern int GetCore();
}
