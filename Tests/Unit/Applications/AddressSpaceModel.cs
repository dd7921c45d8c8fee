using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Tests.Unit.Applications;

/// <summary>What an address space should be: an array with an entry per page.</summary>
internal sealed unsafe class AddressSpaceModel(ulong first)
{
    private const int Pages = 64;
    private const ulong Size = AddressSpace.PageSize;
    private readonly Protection?[] _pages = new Protection?[Pages];
    private readonly long[] _contents = new long[Pages];
    private long _stamp;

    internal bool MayFail { get; init; }

    internal void Run((byte Operation, byte Page, byte Count, byte Protection)[] script)
    {
        foreach ((byte operation, byte page, byte count, byte protection) in script)
        {
            Step(operation % 4, page % Pages, 1 + (count % 9), (Protection)(protection & 7));
            Compare();
        }
    }

    private void Step(int operation, int page, int count, Protection protection)
    {
        count = Math.Min(count, Pages - page);
        ulong start = first + ((ulong)page * Size);
        ulong length = (ulong)count * Size;
        AddressSpace* space = HostApplication.Space;
        long result;
        switch (operation)
        {
            case 0:
                result = space->Map(start, length, protection, MapFlags.Private | MapFlags.Anonymous | MapFlags.Fixed);
                if (result == (long)start)
                    Set(page, count, protection, clear: true);
                else if (MayFail)
                    TakeOver(page, count);
                else
                    Assert.Fail($"mmap: {result}");
                break;
            case 1:
                Assert.Equal(0, space->Unmap(start, length));
                Set(page, count, null, clear: true);
                break;
            case 2:
                result = space->Protect(start, length, protection);
                for (int i = page; i < page + count; i++)
                {
                    if (_pages[i] is null)
                    {
                        Assert.NotEqual(0, result);
                        return;
                    }

                    // Where frames ran out, the kernel stopped at an area; take over what it did.
                    Area* area = space->AreaAtOrAbove(first + ((ulong)i * Size));
                    if (result != 0 && MayFail)
                        _pages[i] = area->Protection;
                    else
                        _pages[i] = protection;
                }

                Assert.True(result == 0 || MayFail);
                break;
            default:
                Write(page);
                break;
        }
    }

    // What a fixed mapping replaces is gone when memory runs out behind that, and there when before.
    private void TakeOver(int page, int count)
    {
        for (int i = page; i < page + count; i++)
        {
            if (HostApplication.Space->IsFree(first + ((ulong)i * Size), Size))
                Set(i, 1, null, clear: true);
        }
    }

    private void Write(int page)
    {
        if (_pages[page] is not { } protection || (protection & Protection.Write) == 0)
            return;
        ulong at = first + ((ulong)page * Size);
        if (!HostApplication.HasFrame(at) && !HostApplication.Space->ServeFault(at, Protection.Write))
        {
            Assert.True(MayFail);
            return;
        }

        *(long*)at = _contents[page] = ++_stamp;
    }

    private void Set(int page, int count, Protection? protection, bool clear)
    {
        for (int i = page; i < page + count; i++)
        {
            _pages[i] = protection;
            if (clear)
                _contents[i] = 0;
        }
    }

    private void Compare()
    {
        AddressSpace* space = HostApplication.Space;
        ulong previousEnd = 0;
        for (Area* area = space->AreaAtOrAbove(0); area != null; area = space->AreaAtOrAbove(area->End))
        {
            Assert.True(area->Start >= previousEnd && area->Start < area->End);
            previousEnd = area->End;
        }

        for (int i = 0; i < Pages; i++)
        {
            ulong at = first + ((ulong)i * Size);
            Area* area = space->AreaAtOrAbove(at);
            bool exists = area != null && area->Start <= at;
            Assert.Equal(_pages[i] is not null, exists);
            Assert.Equal(!exists, space->IsFree(at, Size));
            if (!exists)
            {
                Assert.False(HostApplication.HasFrame(at));
                continue;
            }

            Assert.Equal(_pages[i], area->Protection);
            if ((area->Protection & Protection.Read) != 0 && HostApplication.HasFrame(at))
                Assert.Equal(_contents[i], *(long*)at);
        }
    }
}
