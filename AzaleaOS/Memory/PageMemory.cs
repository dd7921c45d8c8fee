using System.Runtime.Intrinsics;
using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>Fills pages.</summary>
internal static unsafe class PageMemory
{
    /// <summary>Fills pages with zeros.</summary>
    /// <remarks>
    /// 16 bytes at a time: fewer instructions than eight, and no string instruction, which the
    /// processor must finish or restart on an interrupt. Not for leaf system calls or interrupt handlers: vector registers.
    /// </remarks>
    /// <param name="start">Aligned to 16 bytes.</param>
    /// <param name="length">Bytes, a multiple of 4 KiB.</param>
    internal static void Clear(void* start, ulong length)
    {
        const int Step = 256;
        byte* next = (byte*)start;
        byte* end = next + PageSize.AlignDown(length, PageSize.Size4K);
        if (next == end)
        {
            return;
        }

        // Loaded and not a constant, which the compiler would make anew for every other store.
        Vector128<byte>.Zero.Store(next);
        Vector128<byte> zero = Vector128.Load(next);
        do
        {
            zero.Store(next);
            zero.Store(next + 16);
            zero.Store(next + 32);
            zero.Store(next + 48);
            zero.Store(next + 64);
            zero.Store(next + 80);
            zero.Store(next + 96);
            zero.Store(next + 112);
            zero.Store(next + 128);
            zero.Store(next + 144);
            zero.Store(next + 160);
            zero.Store(next + 176);
            zero.Store(next + 192);
            zero.Store(next + 208);
            zero.Store(next + 224);
            zero.Store(next + 240);
            next += Step;
        }
        while (next != end);
    }
}
