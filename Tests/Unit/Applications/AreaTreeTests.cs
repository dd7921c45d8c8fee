using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Applications;

[Collection(nameof(ApplicationTests))]
public sealed unsafe class AreaTreeTests : IDisposable
{
    private const int Pages = 48;
    private const ulong Size = AddressSpace.PageSize;
    private readonly HostApplication _host = new();
    private readonly Protection?[] _pages = new Protection?[Pages];
    private AreaTree _tree;

    public void Dispose() => _host.Dispose();

    [Property(MaxTest = 300)]
    public void Areas_neighbours_and_free_ranges_are_those_of_a_plain_array((byte Operation, byte Page, byte Count, byte Protection)[] script)
    {
        _tree = default;
        Array.Clear(_pages);
        foreach ((byte operation, byte page, byte count, byte protection) in script)
        {
            int first = page % Pages;
            int end = Math.Min(first + 1 + (count % 7), Pages);
            Step(operation % 4, first, end, (Protection)(protection % 3));
            Compare();
            FindGaps(1 + (count % 5), low: protection % 4, high: Pages - (operation % 9));
        }
    }

    private void Step(int operation, int first, int end, Protection protection)
    {
        Assert.True(_tree.Reserve(2));
        Area* area = _tree.Find(At(first));
        if (operation == 0)
        {
            end = Array.FindIndex(_pages, first, page => page is not null) is int used && used >= 0 ? Math.Min(end, used) : end;
            if (first < end)
                _tree.Add(new Area { Start = At(first), End = At(end), Protection = protection });
            Array.Fill(_pages, protection, first, end - first);
        }
        else if (operation == 1)
        {
            _tree.SplitAt(At(first));
            _tree.SplitAt(At(end));
            _tree.Remove(At(first), At(end));
            Array.Clear(_pages, first, end - first);
        }
        else if (area != null)
        {
            end = Math.Min(end, (int)(area->End / Size) - 1);
            if (operation == 2)
            {
                _tree.CutOut(area, At(first), At(end));
                Array.Clear(_pages, first, end - first);
            }
            else
            {
                area = _tree.Isolate(area, At(first), At(end));
                Assert.Equal((At(first), At(end)), (area->Start, area->End));
                area->Protection = protection;
                _tree.JoinBetween(At(first), At(end));
                Array.Fill(_pages, protection, first, end - first);
            }
        }
    }

    private static ulong At(int page) => (ulong)(page + 1) * Size;

    private void Compare()
    {
        int areas = 0;
        Area* previous = null;
        Area* next = _tree.FirstEndingAfter(0);
        for (int page = 0; page < Pages; page++)
        {
            Area* area = _tree.Find(At(page));
            Assert.Equal(_pages[page], area == null ? null : area->Protection);
            if (area == null || area == previous)
                continue;
            areas++;
            Assert.True(area == next && area->Previous == previous && area->Start == At(page));
            previous = area;
            next = area->Next;
        }

        Assert.True(next == null);
        Assert.Equal(areas, _tree.Count);
    }

    private void FindGaps(int length, int low, int high)
    {
        int found = -1;
        for (int first = low; first + length <= high; first++)
            found = _pages[first..(first + length)].All(page => page is null) ? first : found;
        Assert.Equal(found < 0 ? 0 : At(found), _tree.FindGap(At(low), At(high), (ulong)length * Size));
    }
}
