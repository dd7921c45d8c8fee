using System.Numerics;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Threads;

/// <summary>A set of cores, as sched_setaffinity(2) has it: bit n of the words is core n.</summary>
internal struct CoreSet
{
    /// <summary>Cores that a set can hold.</summary>
    internal const int Capacity = 512;

    /// <summary>Words of 64 cores.</summary>
    internal const int Words = Capacity / 64;

    private Bits _bits;

    [InlineArray(Words)]
    private struct Bits
    {
        private ulong _first;
    }

    /// <summary>A word of the set.</summary>
    internal ulong this[int word]
    {
        readonly get => _bits[word];
        set => _bits[word] = value;
    }

    /// <summary>How many cores are in it.</summary>
    internal readonly int Count
    {
        get
        {
            int count = 0;
            for (int i = 0; i < Words; i++) count += BitOperations.PopCount(_bits[i]);
            return count;
        }
    }

    /// <summary>Whether a core is in it.</summary>
    internal readonly bool Contains(int core) => (uint)core < Capacity && ((_bits[core >> 6] >> (core & 63)) & 1) != 0;

    /// <summary>Adds a core.</summary>
    internal void Add(int core) => _bits[core >> 6] |= 1UL << (core & 63);

    /// <summary>Keeps what is in another set too.</summary>
    /// <returns>Whether anything is left.</returns>
    internal bool Intersect(in CoreSet other)
    {
        ulong any = 0;
        for (int i = 0; i < Words; i++) any |= _bits[i] &= other._bits[i];
        return any != 0;
    }

    /// <summary>Makes it hold the cores 0 to <paramref name="count"/> - 1.</summary>
    internal void Fill(int count)
    {
        for (int i = 0; i < Words; i++)
        {
            int left = count - (i * 64);
            _bits[i] = left >= 64 ? ulong.MaxValue : left <= 0 ? 0 : (1UL << left) - 1;
        }
    }
}
