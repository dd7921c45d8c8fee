using AzaleaOS.Memory;

namespace AzaleaOS.Threads;

/// <summary>Which futex an address means.</summary>
/// <param name="value">The word's address, which is a multiple of 4; bit 0 is set for a shared one, bit 1 for a semaphore.</param>
internal readonly struct FutexKey(ulong value)
{
    private const ulong Physical = 1UL << 63;

    internal readonly ulong Value = value;

    /// <summary>No futex.</summary>
    internal bool IsDefault => Value == 0;

    /// <summary>The key of a futex that only threads of this process use (FUTEX_PRIVATE_FLAG).</summary>
    internal static FutexKey Private(ulong address) => new(address);

    /// <summary>The key of a <see cref="Threads.Semaphore"/>: operations on a futex at the same address do not meet it.</summary>
    internal static FutexKey Semaphore(ulong address) => new(address | 2);

    /// <summary>The key of a futex that may be mapped at several addresses.</summary>
    /// <remarks>
    /// In shared memory the word's physical address, which has bit 63 set here. As in Linux, a private and a shared
    /// operation on the same word do not meet.
    /// </remarks>
    internal static unsafe FutexKey Shared(ulong address)
        => AddressSpace.Current->TryGetSharedKey(address, out ulong physical) ? new(physical | Physical | 1) : new(address | 1);
}
