namespace AzaleaOS.Threads;

/// <summary>Which futex an address means.</summary>
/// <param name="value">The word's address, which is a multiple of 4; bit 0 is set for a shared one.</param>
internal readonly struct FutexKey(ulong value)
{
    internal readonly ulong Value = value;

    /// <summary>No futex.</summary>
    internal bool IsDefault => Value == 0;

    /// <summary>The key of a futex that only threads of this process use (FUTEX_PRIVATE_FLAG).</summary>
    internal static FutexKey Private(ulong address) => new(address);

    /// <summary>The key of a futex that may be mapped at several addresses.</summary>
    /// <remarks>As in Linux, a private and a shared operation on the same word do not meet.</remarks>
    internal static FutexKey Shared(ulong address) => new(address | 1);
}
