using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Tests.Unit.Applications;

/// <summary>What an address space should be: an array with an entry per page.</summary>
internal sealed unsafe class AddressSpaceModel(ulong first)
{
    internal const int Pages = 64;
    private const ulong Size = AddressSpace.PageSize;
    private const int Kinds = 10;
    private readonly ModelPage?[] _pages = new ModelPage?[Pages];
    private long _stamp;

    internal bool MayFail { get; init; }

    private static AddressSpace* Space => HostApplication.Space;

    internal void Run((byte Operation, byte Page, byte Count, byte Protection)[] script)
    {
        foreach ((byte operation, byte page, byte count, byte protection) in script)
        {
            int pages = Math.Min(1 + (count % 9), Pages - (page % Pages));
            Step(operation % Kinds, page % Pages, pages, (Protection)(protection & 7), protection >> 3);
            Compare();
        }
    }

    private void Step(int operation, int page, int count, Protection protection, int more)
    {
        switch (operation)
        {
            case 0:
                Map(page, count, protection, new ModelPage(protection));
                break;
            case 1:
                Assert.Equal(0, Space->Unmap(At(page), (ulong)count * Size));
                Forget(page, count);
                break;
            case 2:
                Protect(page, count, protection);
                break;
            case 3 or 4:
                Write(page);
                break;
            case 5:
                Map(page, count, protection, new ModelPage(protection) { File = more % HostFile.Pages, IsShared = (more & 16) != 0 });
                break;
            case 6:
                Move(page, count, 1 + (more % 9), more);
                break;
            case 7:
                Discard(page, count, (more & 1) != 0 ? Advice.DontNeed : Advice.LockedDontNeed);
                break;
            case 8:
                Lock(page, count, (more & 1) != 0);
                break;
            default:
                HostFile.Resize(more % (HostFile.Pages + 1));
                break;
        }
    }

    private ulong At(int page) => first + ((ulong)page * Size);

    private void Map(int page, int count, Protection protection, ModelPage model)
    {
        const MapFlags Fixed = MapFlags.Fixed | MapFlags.Private;
        ulong length = (ulong)count * Size;
        long result = model.File < 0
            ? Space->Map(At(page), length, protection, Fixed | MapFlags.Anonymous)
            : Space->Map(At(page), length, protection, Fixed, model.IsShared ? AreaFlags.Shared : AreaFlags.None, HostFile.Handle, (ulong)model.File * Size);
        if (result == (long)At(page))
        {
            for (int i = 0; i < count; i++)
                _pages[page + i] = model.File < 0 ? model with { } : model with { File = model.File + i };
        }
        else
        {
            // What a fixed mapping replaces is gone when memory runs out behind that, and there when before.
            Assert.True(MayFail, $"mmap: {result}");
            for (int i = page; i < page + count; i++)
            {
                if (Space->IsFree(At(i), Size))
                    Forget(i, 1);
            }
        }
    }

    private void Protect(int page, int count, Protection protection)
    {
        long result = Space->Protect(At(page), (ulong)count * Size, protection);
        for (int i = page; i < page + count; i++)
        {
            if (_pages[i] is not { } model)
            {
                Assert.NotEqual(0, result);
                return;
            }

            // Where frames ran out, the kernel stopped at an area; take over what it did.
            model.Protection = result != 0 && MayFail ? Space->AreaAtOrAbove(At(i))->Protection : protection;
        }

        Assert.True(result == 0 || MayFail);
    }

    private void Write(int page)
    {
        if (_pages[page] is not { } model || (model.Protection & Protection.Write) == 0)
            return;
        FaultOutcome outcome = Space->ServeFault(At(page), Protection.Write);
        if (outcome != FaultOutcome.Served)
        {
            Assert.True(MayFail ? outcome is FaultOutcome.OutOfMemory or FaultOutcome.BeyondFile : model.IsBeyondFile && outcome is FaultOutcome.BeyondFile, $"{outcome}");
            return;
        }

        *(long*)At(page) = ++_stamp;
        if (model.IsShared && model.File >= 0)
            HostFile.Values[model.File] = _stamp;
        else
            (model.Value, model.IsCopy) = (_stamp, true);
    }

    private void Move(int page, int count, int newCount, int more)
    {
        int target = (page + 17 + more) % Pages;
        newCount = Math.Min(newCount, Pages - target);
        bool keeps = (more & 2) != 0 && newCount == count;
        int moved = Math.Min(count, newCount);
        Area area = default;
        bool exists = _pages[page] is not null && Space->TryGetAreaAtOrAbove(At(page), out area);
        bool isOne = exists && area.End >= At(page + moved);
        bool overlaps = target < page + count && page < target + newCount;
        RemapFlags flags = RemapFlags.MayMove | RemapFlags.Fixed | (keeps ? RemapFlags.DontUnmap : RemapFlags.None);
        long result = Space->Remap(At(page), (ulong)count * Size, (ulong)newCount * Size, flags, At(target));
        if (!exists || (!overlaps && !isOne))
        {
            Assert.Equal(-Errno.EFAULT, result);
        }
        else if (overlaps)
        {
            Assert.Equal(-Errno.EINVAL, result);
        }
        else if (result != (long)At(target))
        {
            Assert.True(MayFail, $"mremap: {result}");
            Forget(target, newCount);
            if (newCount < count)
                Forget(page + newCount, count - newCount);
        }
        else
        {
            ModelPage head = _pages[page]!;
            Forget(target, newCount);
            for (int i = 0; i < newCount; i++)
            {
                _pages[target + i] = i < moved ? _pages[page + i] : head with { File = head.File < 0 ? -1 : head.File + i, Value = 0, IsCopy = false };
                if (i < moved)
                    _pages[page + i] = keeps ? _pages[page + i]! with { Value = 0, IsCopy = false, IsLocked = false } : null;
            }

            Forget(page + moved, count - moved);
        }
    }

    private void Discard(int page, int count, Advice advice)
    {
        long result = Space->Advise(At(page), (ulong)count * Size, advice);
        for (int i = page; i < page + count; i++)
        {
            if (_pages[i] is not { } model)
                continue;
            if (model.IsLocked && advice == Advice.DontNeed)
            {
                Assert.Equal(-Errno.EINVAL, result);
                return;
            }

            (model.Value, model.IsCopy) = (0, false);
        }

        Assert.Equal(_pages[page..(page + count)].Contains(null) ? -Errno.ENOMEM : 0, result);
    }

    private void Lock(int page, int count, bool isLocked)
    {
        long result = Space->SetLock(At(page), (ulong)count * Size, isLocked ? AreaFlags.Locked : AreaFlags.None);
        bool canProvide = true;
        for (int i = page; i < page + count; i++)
        {
            if (_pages[i] is not { } model)
            {
                Assert.Equal(-Errno.ENOMEM, result);
                return;
            }

            model.IsLocked = isLocked;
            TakeCopy(model, isLocked && canProvide);
            canProvide &= model.Protection != Protection.None && !model.IsBeyondFile;
        }

        if (!MayFail)
            Assert.Equal(isLocked && !canProvide ? -Errno.ENOMEM : 0, result);
    }

    // As in Linux, private pages that may be written become copies when they are locked.
    private static void TakeCopy(ModelPage model, bool isProvided)
    {
        bool isCopied = isProvided && model.File >= 0 && !model.IsShared && !model.IsCopy && !model.IsBeyondFile
            && (model.Protection & Protection.Write) != 0;
        if (isCopied)
            (model.Value, model.IsCopy) = (HostFile.Values[model.File], true);
    }

    private void Forget(int page, int count)
    {
        if (count > 0)
            Array.Clear(_pages, page, count);
    }

    private void Compare()
    {
        ulong previousEnd = 0;
        int mappings = 0;
        for (Area* area = Space->AreaAtOrAbove(0); area != null; area = Space->AreaAtOrAbove(area->End))
        {
            Assert.True(area->Start >= previousEnd && area->Start < area->End);
            previousEnd = area->End;
            mappings += area->Backing != null ? 1 : 0;
        }

        Assert.Equal(mappings, HostFile.Mappings);
        for (int i = 0; i < Pages; i++)
        {
            Area* area = Space->AreaAtOrAbove(At(i));
            bool exists = area != null && area->Start <= At(i);
            Assert.Equal(_pages[i] is not null, exists);
            Assert.Equal(!exists, Space->IsFree(At(i), Size));
            if (exists)
                Compare(_pages[i]!, area, At(i));
            else
                Assert.False(HostApplication.HasFrame(At(i)));
        }
    }

    private void Compare(ModelPage model, Area* area, ulong at)
    {
        Assert.Equal(model.Protection, area->Protection);
        Assert.Equal(model.IsLocked, (area->Flags & AreaFlags.Locked) != 0);
        Assert.Equal(model.File >= 0, area->Backing != null);
        if (model.File >= 0)
            Assert.Equal((ulong)model.File * Size, area->BackingOffset + at - area->Start);
        if ((model.Protection & Protection.Read) == 0)
            return;
        FaultOutcome outcome = HostApplication.HasFrame(at) ? FaultOutcome.Served : Space->ServeFault(at, Protection.Read);
        if (model.IsBeyondFile)
        {
            Assert.Equal(FaultOutcome.BeyondFile, outcome);
            model.IsCopy = false;
        }
        else if (outcome == FaultOutcome.Served)
        {
            Assert.Equal(model.File < 0 || model.IsCopy ? model.Value : HostFile.Values[model.File], *(long*)at);
        }
        else
        {
            Assert.True(MayFail && outcome == FaultOutcome.OutOfMemory, $"{outcome}");
        }
    }

    /// <summary>A page of the model: of no file, or of one, and then perhaps a private copy.</summary>
    private sealed record ModelPage(Protection Start)
    {
        internal Protection Protection { get; set; } = Start;

        internal int File { get; init; } = -1;

        internal bool IsShared { get; init; }

        internal bool IsCopy { get; set; }

        internal bool IsLocked { get; set; }

        internal long Value { get; set; }

        internal bool IsBeyondFile => File >= HostFile.Size;
    }
}
