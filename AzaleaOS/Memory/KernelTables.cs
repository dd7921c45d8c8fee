using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>Makes the page tables the kernel lives on.</summary>
/// <remarks>
/// The kernel image by its sections, and of the direct map only what is in use at boot: modules, what
/// the boot loader left, ACPI tables, the trampoline's page. The rest of RAM is shown when frames of
/// it are first taken (<see cref="FrameAllocator.StartShowing"/>). The application's half is empty:
/// neither page 0 nor the identity map of the entry code is in it.
/// </remarks>
internal static unsafe class KernelTables
{
    /// <summary>Makes them.</summary>
    /// <param name="tables">A root of zeros.</param>
    /// <param name="info">The memory map.</param>
    /// <param name="sections">The kernel image.</param>
    /// <param name="frames">Frames for tables.</param>
    internal static PageError Build(PageTables tables, in BootInfo info, in KernelSections sections, ref FrameCache frames)
    {
        PageError error = MapSection(tables, sections.TextBegin, sections.TextEnd, PageAccess.Read | PageAccess.Execute, ref frames);
        if (error is PageError.None)
        {
            error = MapSection(tables, sections.DataBegin, sections.DataEnd, PageAccess.Read | PageAccess.Write, ref frames);
        }

        if (error is PageError.None)
        {
            error = MapSection(tables, sections.ReadOnlyDataBegin, sections.ReadOnlyDataEnd, PageAccess.Read, ref frames);
        }

        for (int i = 0; error is PageError.None && i < info.MemoryCount; i++)
        {
            ref readonly MemoryRange range = ref info.Memory[i];
            if (range.Kind is MemoryKind.Module or MemoryKind.BootData or MemoryKind.AcpiReclaimable)
            {
                error = MapDirect(tables, range.Start, range.Length, ref frames);
            }
        }

        return error is PageError.None && info.TrampolinePage.Value != 0
            ? MapDirect(tables, info.TrampolinePage, PageSize.Size4K, ref frames)
            : error;
    }

    /// <summary>Maps a range, and fetches frames for tables as often as they are needed.</summary>
    internal static PageError Map(PageTables tables, VirtualAddress start, PhysicalAddress physical, ulong length, PageAccess access, PageCaching caching, ref FrameCache frames)
    {
        fixed (FrameStash* stash = &frames.Frames)
        {
            while (true)
            {
                PageError error = tables.Map(start, physical, length, access, caching, stash, out ulong mapped);
                if (error is not PageError.NeedsTables)
                {
                    return error;
                }

                if (!frames.TryReserve(PageTables.TablesPerPage))
                {
                    return PageError.OutOfMemory;
                }

                start += mapped;
                physical += mapped;
                length -= mapped;
            }
        }
    }

    private static PageError MapDirect(PageTables tables, PhysicalAddress start, ulong length, ref FrameCache frames)
        => Map(tables, start.Mapped, start, length, PageAccess.Read | PageAccess.Write, PageCaching.WriteBack, ref frames);

    private static PageError MapSection(PageTables tables, ulong begin, ulong end, PageAccess access, ref FrameCache frames)
        => begin == end
            ? PageError.None
            : Map(tables, new VirtualAddress(begin), new PhysicalAddress(begin - MemoryMap.KernelBase), end - begin, access, PageCaching.WriteBack, ref frames);
}
