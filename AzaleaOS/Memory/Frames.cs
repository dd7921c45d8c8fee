using AzaleaOS.Abi;
using AzaleaOS.Cpu;

namespace AzaleaOS.Memory;

/// <summary>Physical memory for the rest of the kernel, after <see cref="KernelMemory.Initialise"/>.</summary>
/// <remarks>
/// Single frames come from the running core's <see cref="FrameCache"/>, everything else from the
/// nodes. The kernel is not preempted, so that the cache has one user at a time. Not for interrupt handlers, leaf
/// system calls excepted: a page that is owed may be provided there too.
/// </remarks>
internal static unsafe class Frames
{
    /// <summary>Takes a frame near this core, contents undefined.</summary>
    internal static bool TryTake(out FrameNumber frame) => TryTake(out frame, out _);

    /// <summary>Takes a frame near this core that is filled with zeros.</summary>
    internal static bool TryTakeZeroed(out FrameNumber frame)
    {
        bool taken = TryTake(out frame, out bool isZeroed);
        if (taken && !isZeroed)
        {
            PageMemory.Clear(frame.Address.Mapped.Pointer, PageSize.Size4K);
        }

        return taken;
    }

    /// <summary>Takes a block of 2^order frames for a page of the application. Contents undefined.</summary>
    /// <param name="order">log2 of the frames.</param>
    /// <param name="policy">Where from.</param>
    /// <param name="address">The page's address: interleaving goes by it.</param>
    /// <param name="frame">The first.</param>
    internal static bool TryTake(int order, in MemoryPolicy policy, ulong address, out FrameNumber frame)
        => policy.IsDefault
            ? order == 0 ? TryTake(out frame) : TryTake(order, out frame)
            : NodePlacement.TryTake(KernelMemory.Nodes, policy, Node, address, order, out frame);

    /// <summary>Takes a frame filled with zeros for a page of the application.</summary>
    internal static bool TryTakeZeroed(in MemoryPolicy policy, ulong address, out FrameNumber frame)
    {
        if (policy.IsDefault)
        {
            return TryTakeZeroed(out frame);
        }

        bool taken = TryTake(0, policy, address, out frame);
        if (taken)
        {
            PageMemory.Clear(frame.Address.Mapped.Pointer, PageSize.Size4K);
        }

        return taken;
    }

    /// <summary>Gives a frame back. Nobody may reach it any more, through no TLB.</summary>
    internal static void Return(FrameNumber frame)
    {
        Cache->Return(frame);
    }

    /// <summary>Takes a block of 2^order frames, aligned to its size, near this core. Contents undefined.</summary>
    internal static bool TryTake(int order, out FrameNumber frame)
    {
        bool taken = KernelMemory.Nodes->TryTake(Node, order, out frame);
        return taken;
    }

    /// <summary>Takes frames that follow each other, near this core. Contents undefined.</summary>
    /// <param name="count">How many; at most 1 GiB in all.</param>
    /// <param name="alignment">log2 of the alignment in frames.</param>
    /// <param name="frame">The first.</param>
    internal static bool TryTakeRun(ulong count, int alignment, out FrameNumber frame)
    {
        bool taken = KernelMemory.Nodes->TryTakeRun(Node, count, alignment, out frame);
        return taken;
    }

    /// <summary>Gives frames that follow each other back, however they were taken.</summary>
    /// <returns>False if they were not taken.</returns>
    internal static bool TryReturnRun(FrameNumber frame, ulong count)
    {
        bool returned = KernelMemory.Nodes->TryReturnRun(frame, count);
        return returned;
    }

    /// <summary>Takes a page of zeros near this core, seen through the direct map; null if memory is exhausted.</summary>
    internal static void* TakePage() => TryTakeZeroed(out FrameNumber frame) ? frame.Address.Mapped.Pointer : null;

    /// <summary>Takes a page near this core, contents undefined; null if memory is exhausted.</summary>
    internal static void* TakeAnyPage() => TryTake(out FrameNumber frame) ? frame.Address.Mapped.Pointer : null;

    /// <summary>Takes a page of zeros on or near a node; null if memory is exhausted.</summary>
    internal static void* TakePage(uint node)
    {
        bool taken = KernelMemory.Nodes->TryTake(KernelMemory.Nodes->Clamp(node), 0, out FrameNumber frame);
        if (!taken)
        {
            return null;
        }

        void* page = frame.Address.Mapped.Pointer;
        PageMemory.Clear(page, PageSize.Size4K);
        return page;
    }

    /// <summary>Gives a page back that came from one of the methods above.</summary>
    internal static void ReturnPage(void* page) => Return(new PhysicalAddress((ulong)page - MemoryMap.DirectMapBase).Frame);

    /// <summary>Bytes that are free, those in the cores' caches not included.</summary>
    internal static ulong FreeBytes()
    {
        ulong frames = KernelMemory.Nodes->Statistics.Free;
        return frames << PageSize.Shift4K;
    }

    /// <summary>Bytes that are free for whoever asks ahead of time; the rest is kept for pages that are owed already, such as those of stacks.</summary>
    /// <remarks>A page that was promised and cannot be provided ends the program; memory that is refused is an error it can live with.</remarks>
    internal static ulong UnpromisedBytes()
    {
        const ulong Share = 64;
        const ulong MostKept = 1024;
        FrameStatistics frames = KernelMemory.Nodes->Statistics;
        ulong kept = Math.Min(frames.Total / Share, MostKept);
        return frames.Free <= kept ? 0 : (frames.Free - kept) << PageSize.Shift4K;
    }

    /// <summary>The running core's cache. Nothing that may switch threads is called as long as it is used.</summary>
    internal static FrameCache* Cache => (FrameCache*)CoreBlock.Current->FrameCache;

    private static int Node => KernelMemory.Nodes->Clamp(CoreBlock.Current->Node);

    private static bool TryTake(out FrameNumber frame, out bool isZeroed)
    {
        bool taken = Cache->TryTake(out frame, out isZeroed);
        return taken;
    }
}
