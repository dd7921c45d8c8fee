using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Tests.Unit.Memory;

/// <summary>A machine with two NUMA nodes, a hole below 1 MiB and one between the nodes, whose memory is an arena.</summary>
internal sealed unsafe class SmallMachine : IDisposable
{
    internal const ulong Kernel = MemoryMap.KernelBase + 0x10_0000;

    internal static readonly (ulong Start, ulong Length, MemoryKind Kind, uint Node)[] Ranges =
    [
        (0x1000, 0x9_d000, MemoryKind.Usable, 0),
        (0x9_e000, 0x2000, MemoryKind.BootData, 0),
        (0xf_0000, 0x1_0000, MemoryKind.Reserved, 0),
        (0x10_0000, 0x8_0000, MemoryKind.Kernel, 0),
        (0x18_0000, 0x100_0000, MemoryKind.Usable, 0),
        (0x118_0000, 0x3_4000, MemoryKind.Module, 0),
        (0x11b_4000, 0x80_0000, MemoryKind.Usable, 0),
        (0x1a0_0000, 0x1000, MemoryKind.Usable, 0),
        (0x3fff_0000, 0x200_0000, MemoryKind.Usable, 1),
        (0x4200_0000, 0x1000, MemoryKind.AcpiReclaimable, 1),
    ];

    private static PageTables s_tables;

    private readonly PhysicalArena _arena = new(0, 0x4201_0000);
    private readonly FrameExtent* _extents;
    private BootInfo _info;

    internal SmallMachine(bool hasHugePages)
    {
        foreach ((ulong start, ulong length, MemoryKind kind, uint node) in Ranges)
        {
            _info.Memory[_info.MemoryCount++] = new MemoryRange { Start = new PhysicalAddress(start), Length = length, Kind = kind, Node = node };
        }

        _info.TrampolinePage = new PhysicalAddress(0x9_d000);
        _extents = _arena.New<FrameExtent>(Ranges.Length);
        Nodes = _arena.New<FrameNodes>();
        Nodes->Initialise(((Span<MemoryRange>)_info.Memory)[.._info.MemoryCount], _extents, 2, [10, 21, 21, 10], _arena.DirectMap);
        Cache = _arena.New<FrameCache>();
        Cache->Initialise(Nodes, 0, 1);
        Assert.True(Cache->TryTake(out FrameNumber root));
        PageMemory.Clear(_arena.At(root.Address.Value), 4096);
        s_tables = new PageTables(root.Address, _arena.DirectMap, hasHugePages);
        var sections = new KernelSections
        {
            TextBegin = Kernel,
            TextEnd = Kernel + 0x2_0000,
            DataBegin = Kernel + 0x2_0000,
            DataEnd = Kernel + 0x7_0000,
            ReadOnlyDataBegin = Kernel + 0x7_0000,
            ReadOnlyDataEnd = Kernel + 0x8_0000,
        };
        Assert.Equal(PageError.None, KernelTables.Build(s_tables, in _info, in sections, ref *Cache));
        for (int node = 1; node >= 0; node--)
        {
            FrameStash stash = default;
            while (stash.Count < 3 * FrameAllocator.TablesKept && Cache->TryTake(out FrameNumber frame))
            {
                stash.Push(frame.Value);
            }

            Assert.True((*Nodes)[node]->StartShowing(&ShowPiece, &stash));
            while (stash.Count > 0)
            {
                Cache->Return(new FrameNumber(stash.Pop()));
            }
        }
    }

    internal FrameNodes* Nodes { get; }

    internal FrameCache* Cache { get; }

    internal static PageTables Tables => s_tables;

    public void Dispose() => _arena.Dispose();

    private static bool ShowPiece(ulong start, ulong length, FrameStash* tables)
    {
        Assert.True(tables->Count >= 4);
        Assert.Equal(start >> 30, (start + length - 1) >> 30);
        PhysicalAddress address = new(start);
        return s_tables.Map(address.Mapped, address, length, PageAccess.Read | PageAccess.Write, PageCaching.WriteBack, tables, out _) is PageError.None;
    }
}
