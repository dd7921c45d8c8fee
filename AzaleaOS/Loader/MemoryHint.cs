using AzaleaOS.Diagnostics;

namespace AzaleaOS.Loader;

/// <summary>Says why a program may have ended without a word.</summary>
/// <remarks>
/// .NET's runtime looks how much memory there is before it starts, and ends with status 255 when that is too little for
/// its collector: no call of the kernel fails, and nothing is printed. With a little more it starts, and one of its threads then
/// ends it by a signal where it finds none. Measured with .NET 10: it starts in a machine of 6 MiB and not in one of 5 MiB.
/// </remarks>
internal static class MemoryHint
{
    /// <summary>What .NET's runtime ends with.</summary>
    private const int NoRuntime = 255;

    // 128 and SIGABRT, SIGKILL, SIGSEGV.
    private const int Aborted = 134;
    private const int Killed = 137;
    private const int Faulted = 139;

    /// <summary>Bytes that are free in a machine of 6 MiB, rounded up.</summary>
    private const ulong Enough = 2 << 20;

    /// <summary>Prints a line if it may help.</summary>
    /// <param name="status">What the program ended with.</param>
    /// <param name="memory">Bytes that were free when it started.</param>
    internal static void Give(int status, ulong memory)
    {
        if (IsFitting(status, memory))
        {
            Log.Warning($"the program ended with status {status} in {memory >> 10} KiB of memory, which may be too little: a .NET program needs a machine of 6 MiB, give it more (AZ8002)");
        }
    }

    /// <summary>Whether memory may be the reason.</summary>
    internal static bool IsFitting(int status, ulong memory) => (status is NoRuntime or Aborted or Killed or Faulted) && memory < Enough;
}
