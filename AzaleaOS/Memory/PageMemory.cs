using System.Runtime.Intrinsics;
using AzaleaOS.Abi;
using AzaleaOS.Cpu;

namespace AzaleaOS.Memory;

/// <summary>Fills pages.</summary>
internal static unsafe class PageMemory
{
    private static bool s_hasAvx;
    private static int s_tellsUse;

    /// <summary>From now on pages are filled 32 bytes at a time.</summary>
    /// <param name="tellsUse">Whether XGETBV tells what is in use of the vector registers.</param>
    internal static void UseAvx(bool tellsUse)
    {
        s_hasAvx = true;
        s_tellsUse = tellsUse ? 1 : 0;
    }

    /// <summary>Copies a page of 4 KiB.</summary>
    /// <param name="to">Aligned to 16 bytes.</param>
    /// <param name="from">Aligned to 16 bytes; another page.</param>
    internal static void Copy(void* to, void* from)
    {
        const int Step = 64;
        byte* target = (byte*)to;
        byte* source = (byte*)from;
        byte* end = target + PageSize.Size4K;
        if (s_hasAvx)
        {
            Instructions.CopyBlocks(target, end, source, s_tellsUse);
            return;
        }

        do
        {
            Vector128<byte> first = Vector128.Load(source);
            Vector128<byte> second = Vector128.Load(source + 16);
            Vector128<byte> third = Vector128.Load(source + 32);
            Vector128<byte> fourth = Vector128.Load(source + 48);
            first.Store(target);
            second.Store(target + 16);
            third.Store(target + 32);
            fourth.Store(target + 48);
            source += Step;
            target += Step;
        }
        while (target != end);
    }

    /// <summary>Copies bytes to another place.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="from">Where from.</param>
    /// <param name="length">How many.</param>
    internal static void CopyBytes(byte* to, byte* from, ulong length)
    {
        const ulong Block = 512;
        ulong whole = s_hasAvx ? length & ~(Block - 1) : 0;
        if (whole != 0)
        {
            Instructions.CopyBlocks(to, to + whole, from, s_tellsUse);
        }

        Buffer.MemoryCopy(from + whole, to + whole, length - whole, length - whole);
    }

    /// <summary>Fills pages with zeros.</summary>
    /// <remarks>
    /// 16 bytes at a time, or 32: fewer instructions than eight, and no string instruction, which the
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

        if (s_hasAvx)
        {
            Instructions.ClearPages(next, end, s_tellsUse);
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
