using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Tests.Unit.Memory;

/// <summary>Page tables next to a dictionary that says what every 4 KiB page should be.</summary>
internal sealed unsafe class PageTablesModel : IDisposable
{
    // One window across a 1 GiB border and the border of a table of tables, another at the end of the upper half.
    internal static readonly ulong[] Windows = [0x0000_007f_ff80_0000, 0xffff_ffff_ff00_0000];
    private const ulong PhysicalBase = 0x2_0000_0000;

    // From a page's frame to one that no other page of its window has, and that no large page can begin with.
    private const ulong Elsewhere = 0x1_0000_5000;

    private readonly PhysicalArena _arena = new(1UL << 30, 8UL << 20);
    private readonly FrameAllocator* _allocator;
    private readonly FrameStash* _stash;
    private readonly Dictionary<ulong, (ulong Physical, PageAccess Access, PageCaching Caching)> _pages = [];
    private readonly ulong _freeAtFirst;

    internal PageTablesModel(bool hasHugePages)
    {
        _allocator = _arena.NewAllocator((0, _arena.Length >> 12));
        _stash = _arena.New<FrameStash>();
        Assert.True(_allocator->TryTake(0, out FrameNumber root));
        new Span<byte>(_arena.At(root.Address.Value), 4096).Clear();
        Tables = new PageTables(root.Address, _arena.DirectMap, hasHugePages);
        _freeAtFirst = _allocator->Statistics.Free;
    }

    internal PageTables Tables { get; }

    internal int Count => _pages.Count;

    /// <summary>Frames that the tables below the root use.</summary>
    internal ulong TableFrames => _freeAtFirst - _allocator->Statistics.Free - (ulong)_stash->Count;

    internal void Step(byte operation, ushort where, ushort length, byte what)
    {
        // Lengths from one page to 8 MiB, often whole large pages.
        ulong start = Windows[where & 1] + ((ulong)(where >> 1) % 2048 * 4096);
        ulong bytes = ((length & 3) == 0 ? (ulong)(length >> 2) % 4 * 512 : (ulong)(length >> 2) % 700) * 4096;
        start = (length & 4) == 0 ? start : start & ~0x1f_ffffUL;
        bytes = Math.Min(Math.Max(bytes, 4096), Windows[where & 1] + 0xff_f000 - start);
        var access = (PageAccess)(what % 8);
        var caching = (PageCaching)((what >> 3) & 1);
        switch (operation % 4)
        {
            case 0 or 1:
                ulong physical = PhysicalBase + (start & 0x3fff_ffff) + ((what & 16) == 0 ? 0 : Elsewhere);
                Map(start, physical, bytes, access, caching);
                break;
            case 2:
                Unmap(start, bytes);
                break;
            default:
                Protect(start, bytes, access);
                break;
        }
    }

    private static bool IsRefused(ulong start, PageAccess access)
        => access.HasFlag(PageAccess.Write | PageAccess.Execute) && start >= MemoryMap.ApplicationEnd;

    internal PageError Map(ulong start, ulong physical, ulong bytes, PageAccess access, PageCaching caching = PageCaching.WriteBack)
    {
        ulong done = 0;
        PageError error;
        do
        {
            error = Tables.Map(new VirtualAddress(start + done), new PhysicalAddress(physical + done), bytes - done, access, caching, _stash, out ulong mapped);
            for (ulong at = done; at < done + mapped; at += 4096)
            {
                _pages.Add(start + at, (physical + at, Shown(access), caching));
            }

            done += mapped;
            RefillIfNeeded(error);
        }
        while (error is PageError.NeedsTables);

        bool isRefused = IsRefused(start, access);
        bool isInTheWay = !isRefused && done < bytes && _pages.Keys.Any(page => page >= start + done && page < start + bytes);
        PageError expected = isRefused ? PageError.WriteAndExecute : isInTheWay ? PageError.AlreadyMapped : PageError.None;
        Assert.Equal(expected, error);
        return error;
    }

    internal void Unmap(ulong start, ulong bytes)
    {
        var at = new VirtualAddress(start);
        var end = new VirtualAddress(start + bytes);
        HashSet<ulong> expected = [.. PagesIn(start, bytes)];
        HashSet<ulong> frames = [.. expected.Select(page => _pages[page].Physical)];
        while (at.Value != end.Value)
        {
            PageBatch.Create(out PageBatch batch);
            ulong from = at.Value;
            PageError error = Tables.Unmap(ref at, end, releases: true, _stash, ref batch);
            Assert.True(error is PageError.None or PageError.NeedsTables);
            RefillIfNeeded(error);
            foreach (ulong page in expected.Where(page => page >= from && page < at.Value))
            {
                Assert.InRange(page, batch.Flush.Start, batch.Flush.End - 4096);
            }

            Finish(ref batch, frames);
        }

        Assert.Empty(frames);
        foreach (ulong page in expected)
        {
            _pages.Remove(page);
        }
    }

    internal PageError Protect(ulong start, ulong bytes, PageAccess access)
    {
        var at = new VirtualAddress(start);
        var end = new VirtualAddress(start + bytes);
        while (at.Value != end.Value)
        {
            PageBatch.Create(out PageBatch batch);
            ulong from = at.Value;
            PageError error = Tables.Protect(ref at, end, access, _stash, ref batch);
            if (IsRefused(start, access))
            {
                Assert.Equal(PageError.WriteAndExecute, error);
                return error;
            }

            Assert.True(error is PageError.None or PageError.NeedsTables);
            RefillIfNeeded(error);
            foreach (ulong page in PagesIn(from, at.Value - from))
            {
                if (_pages[page].Access != Shown(access))
                {
                    Assert.InRange(page, batch.Flush.Start, batch.Flush.End - 4096);
                    _pages[page] = _pages[page] with { Access = Shown(access) };
                }
            }

            Finish(ref batch, []);
        }

        return PageError.None;
    }

    internal void Check()
    {
        Assert.Equal((ulong)_pages.Keys.Count(page => page < AddressSpace.Highest) * 4096, Tables.CountMapped(AddressSpace.Lowest, AddressSpace.Highest));
        foreach (ulong window in Windows)
        {
            for (ulong page = window; page - window < 0xff_f000; page += 4096)
            {
                bool isMapped = Tables.TryQuery(new VirtualAddress(page + 123), out PageMapping mapping);
                Assert.Equal(_pages.TryGetValue(page, out var expected), isMapped);
                if (isMapped)
                {
                    Assert.Equal(expected.Physical + 123, mapping.Physical.Value);
                    Assert.Equal((expected.Access, expected.Caching), (mapping.Access, mapping.Caching));
                }
            }

            // From any page and from the borders of tables, up to there.
            foreach ((ulong from, ulong to) in new[] { (0UL, 0xff_f000UL), (0x3000UL, 0x3000UL), (0x1000UL, 0x20_0000UL), (0x20_0000UL, 0x40_0000UL), (0x3f_f000UL, 0x80_1000UL), (0x60_0000UL, 0xff_f000UL) })
                Assert.Equal((ulong)PagesIn(window + from, to - from).Length * 4096, Tables.CountMapped(window + from, window + to));
        }
    }

    internal void UnmapAll()
    {
        foreach (ulong window in Windows)
        {
            Unmap(window, 0xff_f000);
        }
    }

    public void Dispose() => _arena.Dispose();

    private static PageAccess Shown(PageAccess access) => access is PageAccess.None ? access : access | PageAccess.Read;

    private ulong[] PagesIn(ulong start, ulong bytes) => [.. _pages.Keys.Where(page => page >= start && page - start < bytes)];

    private void RefillIfNeeded(PageError error)
    {
        if (error is PageError.NeedsTables)
        {
            Assert.True(_stash->Count < PageTables.TablesPerPage);
            _stash->Fill(ref *_allocator, PageTables.TablesPerPage);
        }
    }

    private void Finish(ref PageBatch batch, HashSet<ulong> frames)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            ulong address = batch.Frame(i).Address.Value;
            if (address >= PhysicalBase)
            {
                for (ulong frame = 0; frame < 1UL << batch.Order(i); frame++)
                {
                    Assert.True(frames.Remove(address + (frame << 12)));
                }
            }
            else if (batch.IsZeroed(i) && _stash->Count < PageTables.TablesPerPage)
            {
                // An empty table can be the next one as it is.
                Assert.False(new Span<byte>(_arena.At(address), 4096).ContainsAnyExcept((byte)0));
                _stash->PushZeroed(batch.Frame(i).Value);
            }
            else
            {
                // A table: nobody may use what is in it any more.
                new Span<byte>(_arena.At(address), 4096).Fill(0xff);
                Assert.True(_allocator->TryReturn(batch.Frame(i), batch.Order(i)));
            }
        }
    }
}
