using System.Runtime;
using System.Runtime.CompilerServices;

namespace AzaleaOS.App;

/// <summary>The libOS as an application that is linked into the image reaches it: by a plain call.</summary>
/// <remarks>
/// These bind to the symbols that the build gives the kernel's system-call methods, so there is no
/// number, no table and no <c>syscall</c> instruction in between: the paper's CALL form.
/// </remarks>
public static class Azalea
{
    /// <summary>getpid(2). Always succeeds.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_sys_39")]
    public static extern long GetPid();

    /// <summary>gettid(2). Always succeeds.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_sys_186")]
    public static extern long GetTid();

    /// <summary>The time-stamp counter, in TSC ticks. Not ordered against other instructions.</summary>
    /// <remarks>Source: SDM vol. 2B, RDTSC.</remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_rdtsc")]
    public static extern ulong ReadTimestamp();
}
