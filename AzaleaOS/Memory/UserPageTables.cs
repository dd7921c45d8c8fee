using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Memory;

/// <summary>The application's pages on the kernel's page tables: what <see cref="AddressSpace"/> asks for.</summary>
internal static unsafe class UserPageTables
{
    private const int LargeOrder = PageSize.Shift2M - PageSize.Shift4K;

    /// <summary>The operations for <see cref="AddressSpace.Initialize"/>.</summary>
    internal static UserPages Operations => new()
    {
        Populate = &Populate,
        Release = &Release,
        Protect = &Protect,
        FreeBytes = &Frames.FreeBytes,
    };

    private static bool Populate(ulong start, ulong length, Protection protection)
    {
        PageAccess access = Access(protection);
        ulong end = start + length;
        while (start < end)
        {
            bool isMapped = KernelMemory.Tables.TryQuery(new VirtualAddress(start), out PageMapping place);
            if (isMapped)
            {
                start = PageSize.AlignDown(start, place.Size) + place.Size;
                continue;
            }

            ulong added = Add(start, Math.Min(end - start, place.Size), access);
            if (added == 0)
            {
                return false;
            }

            start += added;
        }

        return true;
    }

    /// <summary>Adds one page of zeros, as large as alignment, room and free memory allow.</summary>
    /// <returns>Its size; 0 if memory is exhausted.</returns>
    private static ulong Add(ulong start, ulong room, PageAccess access)
    {
        FrameNumber frame = default;
        int order = FrameAllocator.MaxOrder;
        bool hasFrames = KernelMemory.Tables.HasHugePages && Fits(start, room, order) && Frames.TryTake(order, out frame);
        if (!hasFrames)
        {
            order = LargeOrder;
            hasFrames = Fits(start, room, order) && Frames.TryTake(order, out frame);
        }

        ulong size = PageSize.Size4K << order;
        if (hasFrames)
        {
            PageMemory.Clear(frame.Address.Mapped.Pointer, size);
        }
        else
        {
            order = 0;
            size = PageSize.Size4K;
            if (!Frames.TryTakeZeroed(out frame))
            {
                return 0;
            }
        }

        if (KernelRange.Map(new VirtualAddress(start), frame.Address, size, access, PageCaching.WriteBack) is PageError.None)
        {
            return size;
        }

        if (order == 0)
        {
            Frames.Return(frame);
        }
        else
        {
            _ = Frames.TryReturnRun(frame, 1UL << order);
        }

        return 0;
    }

    private static bool Fits(ulong start, ulong room, int order)
    {
        ulong size = PageSize.Size4K << order;
        return room >= size && PageSize.IsAligned(start, size);
    }

    private static void Release(ulong start, ulong length)
    {
        PageError error = KernelRange.Unmap(new VirtualAddress(start), new VirtualAddress(start + length), releases: true);
        if (error is not PageError.None)
        {
            Panic.Because("no memory for the page table that unmapping a part of a large page takes"u8);
        }
    }

    private static bool Protect(ulong start, ulong length, Protection protection)
        => KernelRange.Protect(new VirtualAddress(start), new VirtualAddress(start + length), Access(protection)) is PageError.None;

    private static PageAccess Access(Protection protection) => (PageAccess)(protection & Protection.All);
}
