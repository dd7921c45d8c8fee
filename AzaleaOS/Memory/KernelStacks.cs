using System.Numerics;
using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Memory;

/// <summary>Stacks of the kernel, each with an unmapped guard page below.</summary>
/// <remarks>
/// Sizes are powers of two from 4 KiB to 1 MiB. A stack that was returned keeps its pages and is
/// taken first by the next who asks for its size; the list runs through the first words of the stacks
/// themselves. Taken and returned under one lock, with interrupts off: threads are not made on a hot path without one to reuse.
/// </remarks>
internal static unsafe class KernelStacks
{
    private const ulong GuardSize = PageSize.Size4K;
    private const int SizeCount = 9;

    private static ulong s_next = MemoryMap.StackBase;
    private static SpinLock s_lock;
    private static FreeStacks s_free;

    [InlineArray(SizeCount)]
    private struct FreeStacks
    {
        private ulong _first;
    }

    /// <summary>Takes a stack.</summary>
    /// <param name="size">Bytes: a power of two from 4 KiB to 1 MiB.</param>
    /// <param name="node">The NUMA node its memory should be of, for a stack that is new.</param>
    /// <returns>Its top, a multiple of 4 KiB; 0 if memory is exhausted or there is no such size.</returns>
    internal static ulong Take(ulong size, uint node)
    {
        if (!TryGetIndex(size, out int index))
        {
            return 0;
        }

        bool interrupts = InterruptFlag.Clear();
        s_lock.Enter();
        ulong bottom = s_free[index];
        bool isUsed = bottom != 0;
        if (isUsed)
        {
            s_free[index] = *(ulong*)bottom;
        }
        else if (size + GuardSize <= MemoryMap.StackEnd - s_next)
        {
            bottom = s_next + GuardSize;
            s_next = bottom + size;
        }

        s_lock.Exit();
        InterruptFlag.Restore(interrupts);
        return bottom != 0 && (isUsed || TryMap(bottom, size, node)) ? bottom + size : 0;
    }

    /// <summary>Takes stacks that are never given back, such as a core's for interrupts, in one piece of memory if there is one.</summary>
    /// <param name="pages">The size of each, in pages of 4 KiB: powers of two.</param>
    /// <param name="count">How many.</param>
    /// <param name="node">The NUMA node their memory should be of.</param>
    /// <param name="tops">Gets the top of each.</param>
    /// <returns>False if memory is exhausted.</returns>
    internal static bool TryTakeAll(byte* pages, int count, uint node, ulong* tops)
    {
        ulong sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += (ulong)pages[i] << PageSize.Shift4K;
        }

        ulong room = sum + ((ulong)count * GuardSize);
        bool interrupts = InterruptFlag.Clear();
        s_lock.Enter();
        ulong start = s_next;
        bool fits = (start ^ (start + room)) < PageSize.Size2M && room <= MemoryMap.StackEnd - start;
        s_next = start + (fits ? room : 0);
        s_lock.Exit();
        InterruptFlag.Restore(interrupts);
        if (fits && KernelMemory.Nodes->TryTake(KernelMemory.Nodes->Clamp(node), BitOperations.Log2(sum) - PageSize.Shift4K, out FrameNumber frames))
        {
            if (KernelRange.TryMapApart(start, frames.Address, pages, count, tops))
            {
                return true;
            }

            _ = KernelMemory.Nodes->TryReturnRun(frames, sum >> PageSize.Shift4K);
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            tops[i] = Take((ulong)pages[i] << PageSize.Shift4K, node);
            if (tops[i] == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Gives a stack back that nobody runs on.</summary>
    /// <param name="top">What <see cref="Take"/> returned.</param>
    /// <param name="size">The size it was taken with.</param>
    internal static void Return(ulong top, ulong size)
    {
        if (!TryGetIndex(size, out int index))
        {
            return;
        }

        ulong bottom = top - size;
        bool interrupts = InterruptFlag.Clear();
        s_lock.Enter();
        *(ulong*)bottom = s_free[index];
        s_free[index] = bottom;
        s_lock.Exit();
        InterruptFlag.Restore(interrupts);
    }

    /// <summary>Whether an address is in the guard page of some stack, or in no stack that was handed out.</summary>
    internal static bool IsGuard(ulong address)
        => address >= MemoryMap.StackBase && address < MemoryMap.StackEnd
        && !KernelMemory.Tables.TryQuery(new VirtualAddress(address), out _);

    private static bool TryGetIndex(ulong size, out int index)
    {
        index = BitOperations.TrailingZeroCount(size) - PageSize.Shift4K;
        return BitOperations.IsPow2(size) && index is >= 0 and < SizeCount;
    }

    private static bool TryMap(ulong bottom, ulong size, uint node)
    {
        if (KernelMemory.Nodes->TryTake(KernelMemory.Nodes->Clamp(node), BitOperations.TrailingZeroCount(size) - PageSize.Shift4K, out FrameNumber frames))
        {
            // In one piece it is one step; what was in the memory does not matter.
            bool isWhole = KernelRange.Map(new VirtualAddress(bottom), frames.Address, size, PageAccess.Read | PageAccess.Write, PageCaching.WriteBack) is PageError.None;
            if (!isWhole)
            {
                _ = KernelRange.Unmap(new VirtualAddress(bottom), new VirtualAddress(bottom + size), releases: false);
                _ = KernelMemory.Nodes->TryReturnRun(frames, size >> PageSize.Shift4K);
            }

            return isWhole;
        }

        for (ulong done = 0; done < size; done += PageSize.Size4K)
        {
            byte* page = (byte*)Frames.TakePage(node);
            bool isMapped = page != null && KernelRange.Map(
                new VirtualAddress(bottom + done),
                new PhysicalAddress((ulong)page - MemoryMap.DirectMapBase),
                PageSize.Size4K,
                PageAccess.Read | PageAccess.Write,
                PageCaching.WriteBack) is PageError.None;
            if (isMapped)
            {
                continue;
            }

            if (page != null)
            {
                Frames.ReturnPage(page);
            }

            if (done > 0)
            {
                _ = KernelRange.Unmap(new VirtualAddress(bottom), new VirtualAddress(bottom + done), releases: true);
            }

            return false;
        }

        return true;
    }
}
