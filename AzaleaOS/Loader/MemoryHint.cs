using AzaleaOS.Diagnostics;

namespace AzaleaOS.Loader;

/// <summary>Says why a program may have ended without a word.</summary>
/// <remarks>
/// .NET's runtime looks how much memory there is before it starts, and ends with status 255 when that is too little for
/// its collector: no call of the kernel fails, and nothing is printed. Measured with .NET 10: it starts in a machine of 6 MiB and not in one of 5 MiB.
/// </remarks>
internal static class MemoryHint
{
    /// <summary>What .NET's runtime ends with.</summary>
    private const int NoRuntime = 255;

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
    internal static bool IsFitting(int status, ulong memory) => status == NoRuntime && memory < Enough;
}
