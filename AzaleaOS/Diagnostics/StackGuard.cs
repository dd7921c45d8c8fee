using System.Diagnostics.CodeAnalysis;
using System.Runtime;

namespace AzaleaOS.Diagnostics;

/// <summary>Where a method ends whose stackalloc buffer was written past its end.</summary>
internal static class StackGuard
{
    /// <summary>Called by compiled code instead of returning; the return address can no longer be trusted.</summary>
    [RuntimeExport("RhpFallbackFailFast")]
    [DoesNotReturn]
    internal static void Overwritten() => Panic.Because("a buffer on the stack was written past its end"u8);
}
