namespace AzaleaOS.Abi;

/// <summary>A semaphore of <see cref="AzaleaCall"/>: 32 bits in the application's memory, aligned to 4 bytes.</summary>
/// <remarks>
/// The highest bit is set and the others count. A word of zeros, which is what new memory holds, is no semaphore. While threads
/// wait the count is 0: what is posted is handed to them. A program may take one without the kernel by
/// compare-and-exchange of a word that counts more than 0 with the word less 1, and must call the kernel for all else.
/// The semaphore is known by its address: through another mapping of the same memory it is another one.
/// </remarks>
/// <param name="value">The word.</param>
public readonly struct SemaphoreWord(uint value)
{
    private const uint Live = 0x8000_0000;

    /// <summary>The largest count.</summary>
    public const uint Largest = 0x7fff_ffff;

    /// <summary>The word.</summary>
    public uint Value { get; } = value;

    /// <summary>What a destroyed semaphore's word is.</summary>
    public static SemaphoreWord None => default;

    /// <summary>Whether the word is a semaphore.</summary>
    public bool IsLive => (Value & Live) != 0;

    /// <summary>How many can be taken.</summary>
    public uint Count => Value & Largest;

    /// <summary>The word of a semaphore.</summary>
    /// <param name="count">How many can be taken, up to <see cref="Largest"/>.</param>
    public static SemaphoreWord Of(uint count) => new(Live | count);

    /// <summary>One less. <see cref="Count"/> is not 0.</summary>
    public SemaphoreWord Less() => new(Value - 1);

    /// <summary>One more. <see cref="Count"/> is not <see cref="Largest"/>.</summary>
    public SemaphoreWord More() => new(Value + 1);
}
