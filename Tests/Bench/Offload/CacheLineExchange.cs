using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace AzaleaOS.Bench.Offload;

/// <summary>The least that two cores need to ask and answer: each polls a cache line that the other writes.</summary>
/// <remarks>No channel between cores of this machine can be faster. A virtual machine's cores may be far from each other.</remarks>
internal sealed unsafe class CacheLineExchange : IDisposable
{
    // Far enough apart that no prefetcher takes one for the other.
    private const int Distance = 4096;
    private const uint Stop = uint.MaxValue;

    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(2 * Distance, Distance);
    private readonly Thread _other;
    private uint _count;

    internal CacheLineExchange()
    {
        Question = 0;
        Answer = 0;
        _other = new Thread(Reply) { IsBackground = true };
        _other.Start();
    }

    private ref uint Question => ref *(uint*)_memory;

    private ref uint Answer => ref *(uint*)(_memory + Distance);

    /// <summary>Asks and waits for the answer.</summary>
    internal void Ask()
    {
        _count++;
        Volatile.Write(ref Question, _count);
        while (Volatile.Read(ref Answer) != _count)
            X86Base.Pause();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Volatile.Write(ref Question, Stop);
        _other.Join();
        NativeMemory.AlignedFree(_memory);
    }

    private void Reply()
    {
        for (uint seen = 0; seen != Stop;)
        {
            uint asked = Volatile.Read(ref Question);
            if (asked == seen)
            {
                X86Base.Pause();
                continue;
            }

            seen = asked;
            Volatile.Write(ref Answer, asked);
        }
    }
}
