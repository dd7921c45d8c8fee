using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Memory;

/// <summary>The kernel's memory: its page tables, its frames, and who may change them.</summary>
/// <remarks>
/// <para>
/// Order at boot, all on the boot core and on the entry code's page tables: the boot information is
/// read (<c>BootInfoReader</c>), then the ACPI tables (<c>AcpiReader</c>), then <see cref="Initialise"/> is called,
/// which ends on the kernel's own tables. From then on physical memory is seen through the direct
/// map only, and <see cref="Frames"/>, <see cref="DeviceMemory"/>, <see cref="KernelStacks"/> and
/// <see cref="UserPageTables"/> can be used. CoreBlock.Current must be valid by then.
/// </para>
/// <para>
/// Locks, outermost first: <see cref="Lock"/> (page tables of application, devices and stacks), the
/// lock of a node's frames, the lock of the direct map. Each is held with interrupts off.
/// </para>
/// </remarks>
internal static unsafe class KernelMemory
{
    private static FrameNodes s_nodes;
    private static FrameExtentList s_extents;
    private static FrameCache s_bootCache;
    private static PageTables s_tables;
    private static SpinLock s_lock;
    private static SpinLock s_directMapLock;
    private static int s_cores;

    /// <summary>The frames of all nodes.</summary>
    internal static FrameNodes* Nodes => (FrameNodes*)Unsafe.AsPointer(ref s_nodes);

    /// <summary>The page tables, seen through the direct map.</summary>
    internal static PageTables Tables
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => s_tables;
    }

    /// <summary>Held while <see cref="Tables"/> are changed outside the direct map.</summary>
    internal static ref SpinLock Lock => ref s_lock;

    /// <summary>Takes over all memory and loads the kernel's own page tables.</summary>
    /// <param name="info">The boot information. Its ranges get their nodes.</param>
    /// <param name="acpi">What ACPI says; all zero if there is no ACPI.</param>
    /// <param name="sections">The kernel image: <see cref="KernelSections.Linked"/>.</param>
    /// <param name="nodeCount">How many nodes the hand-off block has; 0 to take ACPI's.</param>
    /// <param name="distances">Distances of the nodes of the hand-off block; empty to take ACPI's.</param>
    /// <param name="cores">How many cores will be used.</param>
    /// <param name="hasHugePages">Whether the processor has 1 GiB pages.</param>
    /// <returns>None or OutOfMemory.</returns>
    internal static PageError Initialise(ref BootInfo info, in AcpiInfo acpi, in KernelSections sections, int nodeCount, ReadOnlySpan<byte> distances, int cores, bool hasHugePages)
    {
        scoped ReadOnlySpan<byte> usedDistances = distances;
        if (nodeCount == 0)
        {
            MemoryNodes.Assign(ref info, in acpi);
            nodeCount = acpi.NodeCount;
            usedDistances = acpi.GivenDistances;
        }

        s_cores = cores;
        ReadOnlySpan<MemoryRange> memory = info.Memory;
        memory = memory[..info.MemoryCount];
        FrameExtent* extents = (FrameExtent*)Unsafe.AsPointer(ref Unsafe.As<FrameExtentList, FrameExtent>(ref s_extents));
        s_nodes.Initialise(memory, extents, nodeCount, usedDistances, directMap: 0);
        int lowest = LowestNode(memory);
        s_bootCache.Initialise(Nodes, lowest, cores);

        if (!s_bootCache.TryTake(out FrameNumber root))
        {
            return PageError.OutOfMemory;
        }

        PageMemory.Clear((void*)root.Address.Value, PageSize.Size4K);
        s_tables = new PageTables(root.Address, directMap: 0, hasHugePages);
        PageError error = KernelTables.Build(s_tables, in info, in sections, ref s_bootCache);
        if (error is not PageError.None || !KernelRange.KeepSpares(ref s_bootCache) || !StartShowing(lowest) || (cores > 1 && !MakeKernelRoot(memory)))
        {
            return error is PageError.None ? PageError.OutOfMemory : error;
        }

        Instructions.WriteCr3(root.Address.Value);
        s_tables = s_tables.SeenAt(MemoryMap.DirectMapBase);
        for (int node = 0; node < s_nodes.Count; node++)
        {
            s_nodes[node]->UseDirectMap(MemoryMap.DirectMapBase);
        }

        CoreBlock.Current->FrameCache = Unsafe.AsPointer(ref s_bootCache);
        return PageError.None;
    }

    /// <summary>A page of zeros that holds the block of another core, with that core's frame cache at its end.</summary>
    /// <returns>Null if memory is exhausted.</returns>
    internal static void* TakeCoreBlock(uint node)
    {
        byte* page = (byte*)Frames.TakePage(node);
        if (page == null)
        {
            return null;
        }

        FrameCache* cache = (FrameCache*)(page + PageSize.Size4K) - 1;
        cache->Initialise(Nodes, s_nodes.Clamp(node), s_cores);
        ((CoreBlock*)page)->FrameCache = cache;
        return page;
    }

    /// <summary>Makes the root of cores that sleep: the kernel's half, whose entries stay as they are from now on.</summary>
    private static bool MakeKernelRoot(ReadOnlySpan<MemoryRange> memory)
    {
        const ulong RootEntry = 1UL << 39;
        ulong end = 0;
        foreach (ref readonly MemoryRange range in memory)
        {
            end = Math.Max(end, range.Kind is MemoryKind.Usable ? range.End : 0);
        }

        end = Math.Min(end, MemoryMap.DirectMapSize);
        bool isDone = TryPin(MemoryMap.DeviceBase) && TryPin(MemoryMap.StackBase);
        for (ulong start = 0; isDone && start < end; start += RootEntry)
        {
            isDone = TryPin(MemoryMap.DirectMapBase + start);
        }

        if (!isDone || !s_bootCache.TryTake(out FrameNumber root))
        {
            return false;
        }

        ulong* from = (ulong*)s_tables.Root.Value;
        ulong* to = (ulong*)root.Address.Value;
        PageMemory.Copy(to, from);
        new Span<ulong>(to, 256).Clear();
        ApplicationHalf.Initialise((ulong)from, (ulong)to);
        return true;
    }

    private static bool TryPin(ulong address)
    {
        fixed (FrameStash* frames = &s_bootCache.Frames)
        {
            return s_bootCache.TryReserve(1) && s_tables.TryPin(address, frames);
        }
    }

    /// <summary>
    /// The node whose memory comes first. Until the direct map is there only the first 4 GiB can be
    /// reached, and allocators hand out their lowest memory first.
    /// </summary>
    private static int LowestNode(ReadOnlySpan<MemoryRange> memory)
    {
        foreach (ref readonly MemoryRange range in memory)
        {
            bool isTaken = range.Kind is MemoryKind.Usable
                && range.End >= MemoryMap.LowMemoryEnd + FrameExtent.MinimumLength;
            if (isTaken)
            {
                return s_nodes.Clamp(range.Node);
            }
        }

        return 0;
    }

    /// <summary>The boot core's cache pays for the first page tables of all nodes; its own node comes last, because that may touch more of its memory.</summary>
    private static bool StartShowing(int ownNode)
    {
        for (int node = 0; node < s_nodes.Count; node++)
        {
            if (node != ownNode && !StartShowingNode(node))
            {
                return false;
            }
        }

        return StartShowingNode(ownNode);
    }

    [SkipLocalsInit]
    private static bool StartShowingNode(int node)
    {
        Unsafe.SkipInit(out FrameStash tables);
        tables.Clear();
        while (tables.Count < 3 * FrameAllocator.TablesKept && s_bootCache.TryTake(out FrameNumber frame))
        {
            tables.Push(frame.Value);
        }

        bool isDone = s_nodes[node]->StartShowing(&ShowPiece, &tables);
        while (tables.Count > 0)
        {
            s_bootCache.Return(new FrameNumber(tables.Pop()));
        }

        return isDone;
    }

    /// <summary>Shows a piece of RAM in the direct map.</summary>
    private static bool ShowPiece(ulong start, ulong length, FrameStash* tables)
    {
        PhysicalAddress address = new(start);
        s_directMapLock.Enter();
        PageError error = s_tables.Map(address.Mapped, address, length, PageAccess.Read | PageAccess.Write, PageCaching.WriteBack, tables, out _);
        s_directMapLock.Exit();
        return error is PageError.None;
    }
}
