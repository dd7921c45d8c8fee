using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Linked;

/// <summary>The libOS as a C# program reaches it that is linked into the image: by plain calls.</summary>
/// <remarks>The project sets <c>AzaleaLinked</c>; elsewhere there is no kernel to call, and the first call is a null reference.</remarks>
public static class Azalea
{
    /// <summary>getpid(2): a call, two instructions, and back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int GetPid() => (int)Native.GetPid();

    /// <summary>gettid(2), of the native thread that runs this one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int GetTid() => (int)Native.GetTid();

    /// <summary>The core that the thread runs on, 0 and up. It may be another one a moment later.</summary>
    public static int CoreId
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Native.GetCore();
    }

    /// <summary>Ticks since the kernel was entered, <see cref="AzaleaCall.TicksPerSecond"/> in a second.</summary>
    public static long Ticks => Native.GetTicks();

    /// <summary>A thread's priority, 0 to <see cref="AzaleaCall.HighestPriority"/>.</summary>
    /// <param name="thread">Its number, as <see cref="GetTid"/> gives it; 0 for the caller.</param>
    /// <exception cref="KernelException">ESRCH: there is no such thread. EINVAL: a negative number.</exception>
    public static int GetPriority(int thread = 0) => (int)KernelException.Check("getprio", Native.GetPriority(thread));

    /// <summary>Sets a thread's priority. It runs before all of a lower one on its core; what .NET calls a priority is not used on Linux.</summary>
    /// <param name="priority">0 to <see cref="AzaleaCall.HighestPriority"/>.</param>
    /// <param name="thread">Its number, as <see cref="GetTid"/> gives it; 0 for the caller.</param>
    /// <exception cref="KernelException">ESRCH: there is no such thread. EINVAL: another priority, or a negative number.</exception>
    public static void SetPriority(int priority, int thread = 0) => KernelException.Check("setprio", Native.SetPriority(thread, priority));

    /// <summary>Sleeps for at least a time.</summary>
    /// <param name="milliseconds">The time; 0 returns at once.</param>
    /// <returns>False if a signal's handler ended it before.</returns>
    public static bool Sleep(uint milliseconds) => Native.Sleep(milliseconds) == 0;

    /// <summary>Lets another thread of this core run, if one is ready.</summary>
    public static void Yield() => _ = Native.Yield();

    /// <summary>Any system call, of Linux or of <see cref="AzaleaCall"/>.</summary>
    /// <returns>A result, or -errno.</returns>
    public static long Call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0)
        => Native.Call(number, a, b, c, d, e, f);
}
