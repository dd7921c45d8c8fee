using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>The application's address space.</summary>
internal static unsafe class MemoryCalls
{
    /// <summary>mmap(2). Bytes of a file are copied: nothing can change it.</summary>
    [Syscall(9)]
    internal static long Map(ulong address, ulong length, Protection protection, MapFlags flags, int descriptor, ulong offset)
    {
        AddressSpace* space = AddressSpace.Current;
        MapFlags type = flags & MapFlags.TypeMask;
        if (offset % AddressSpace.PageSize != 0 || type is not (MapFlags.Shared or MapFlags.Private or MapFlags.SharedValidate))
        {
            return -Errno.EINVAL;
        }

        if ((flags & MapFlags.HugePages) != 0)
        {
            // No pages are set aside for this, and Linux says the same then.
            return -Errno.ENOMEM;
        }

        if ((flags & MapFlags.GrowsDown) != 0)
        {
            return -Errno.EOPNOTSUPP;
        }

        if ((flags & MapFlags.Anonymous) != 0)
        {
            return type == MapFlags.SharedValidate ? -Errno.EINVAL : space->Map(address, length, protection, flags);
        }

        FileReference reference = DescriptorTable.Get(descriptor);
        long result = reference.IsNull ? -Errno.EBADF : MapFile(space, reference.File, address, length, protection, flags, offset);
        reference.Release();
        return result;
    }

    private static long MapFile(AddressSpace* space, OpenFile* file, ulong address, ulong length, Protection protection, MapFlags flags, ulong offset)
    {
        MapFlags type = flags & MapFlags.TypeMask;
        if (!file->CanRead || (type != MapFlags.Private && (protection & Protection.Write) != 0 && !file->CanWrite))
        {
            return -Errno.EACCES;
        }

        FileNode* node = file->Node;
        if (node->IsRegular && offset + length < offset)
        {
            return -Errno.EOVERFLOW;
        }

        if (node->IsRegular)
        {
            return node->Pages.IsEmpty && node->DataSize == node->Size
                ? space->MapFile(address, length, protection, flags, node, node->Data, node->Size, offset)
                : MapCopy(space, node, address, length, protection, flags, offset);
        }

        return file->Operations == FileOperations.Zero ? space->Map(address, length, protection, flags) : -Errno.ENODEV;
    }

    // A file that was written to: its bytes are copied, and what is written to a shared mapping stays there.
    private static long MapCopy(AddressSpace* space, FileNode* node, ulong address, ulong length, Protection protection, MapFlags flags, ulong offset)
    {
        AreaFlags kind = (flags & MapFlags.TypeMask) == MapFlags.Private ? AreaFlags.None : AreaFlags.Shared;
        long mapped = space->Map(address, length, Protection.Read | Protection.Write, flags, kind, node, offset);
        if (mapped < 0)
        {
            return mapped;
        }

        node->DataLock.Enter();
        for (ulong done = 0; done < length;)
        {
            Transfer.Of((ulong)mapped + done, length - done, out Transfer transfer);
            transfer.Position = (long)(offset + done);
            long moved = FileContents.Read(node, &transfer);
            if (moved <= 0)
            {
                break;
            }

            done += (ulong)moved;
        }

        node->DataLock.Exit();
        long result = space->Protect((ulong)mapped, length, protection & Protection.All);
        return result < 0 ? result : mapped;
    }

    /// <summary>mprotect(2).</summary>
    [Syscall(10)]
    internal static long Protect(ulong address, ulong length, uint protection)
    {
        // PROT_SEM means nothing on x86; PROT_GROWSDOWN and PROT_GROWSUP need areas that grow.
        const uint Semaphore = 8;
        return (protection & ~((uint)Protection.All | Semaphore)) != 0
            ? -Errno.EINVAL
            : AddressSpace.Current->Protect(address, length, (Protection)protection);
    }

    /// <summary>munmap(2).</summary>
    [Syscall(11)]
    internal static long Unmap(ulong address, ulong length) => AddressSpace.Current->Unmap(address, length);

    /// <summary>brk(2).</summary>
    [Syscall(12)]
    internal static long SetBreak(ulong end) => AddressSpace.Current->SetBreak(end);

    /// <summary>mremap(2): shrinks, grows in place where there is room, else moves.</summary>
    [Syscall(25)]
    internal static long Remap(ulong address, ulong oldLength, ulong newLength, uint flags, ulong newAddress)
    {
        const uint MayMove = 1, Fixed = 2;
        AddressSpace* space = AddressSpace.Current;
        ulong oldBytes = AddressSpace.RoundUp(oldLength);
        ulong newBytes = AddressSpace.RoundUp(newLength);
        if (address % AddressSpace.PageSize != 0 || newBytes == 0 || oldBytes == 0 || (flags & ~(MayMove | Fixed)) != 0)
        {
            return -Errno.EINVAL;
        }

        if ((flags & Fixed) != 0)
        {
            return (flags & MayMove) == 0 ? -Errno.EINVAL : -Errno.EOPNOTSUPP;
        }

        Area* area = space->AreaAtOrAbove(address);
        if (area == null || area->Start > address || area->End - address < oldBytes)
        {
            return -Errno.EFAULT;
        }

        if (newBytes <= oldBytes)
        {
            return newBytes == oldBytes || space->Unmap(address + newBytes, oldBytes - newBytes) == 0 ? (long)address : -Errno.ENOMEM;
        }

        if (area->Backing != null)
        {
            return -Errno.EOPNOTSUPP;
        }

        Protection protection = area->Protection;
        MapFlags kind = MapFlags.Anonymous
            | ((area->Flags & AreaFlags.Shared) != 0 ? MapFlags.Shared : MapFlags.Private)
            | ((area->Flags & AreaFlags.Lazy) != 0 ? MapFlags.NoReserve : 0);
        ulong added = newBytes - oldBytes;
        if (space->Map(address + oldBytes, added, protection, kind | MapFlags.FixedNoReplace) >= 0)
        {
            return (long)address;
        }

        return (flags & MayMove) == 0 ? -Errno.ENOMEM : Move(space, address, oldBytes, newBytes, protection, kind);
    }

    /// <summary>msync(2): no file is ever changed through memory, so that there is nothing to write.</summary>
    [Syscall(26)]
    internal static long Synchronize(ulong address, ulong length, uint flags)
    {
        const uint Async = 1, Invalidate = 2, Sync = 4;
        return address % AddressSpace.PageSize != 0 || (flags & ~(Async | Invalidate | Sync)) != 0 || (flags & (Async | Sync)) == (Async | Sync)
            ? -Errno.EINVAL
            : IsMapped(address, length) ? 0 : -Errno.ENOMEM;
    }

    /// <summary>madvise(2).</summary>
    [Syscall(28)]
    internal static long Advise(ulong address, ulong length, int advice)
    {
        const int DontNeed = 4;
        if (address % AddressSpace.PageSize != 0)
        {
            return -Errno.EINVAL;
        }

        switch (advice)
        {
            // NORMAL, RANDOM, SEQUENTIAL, WILLNEED, FREE, HUGEPAGE, NOHUGEPAGE, DONTDUMP, DODUMP, COLD, PAGEOUT:
            // hints that may be ignored.
            case 0 or 1 or 2 or 3 or 8 or 14 or 15 or 16 or 17 or 20 or 21:
                return IsMapped(address, length) ? 0 : -Errno.ENOMEM;
            case DontNeed:
                return AddressSpace.Current->Discard(address, AddressSpace.RoundUp(length));
            default:
                return -Errno.EINVAL;
        }
    }

    /// <summary>mlock(2): memory is never swapped; pages that are still owed are provided.</summary>
    [Syscall(149)]
    internal static long Lock(ulong address, ulong length)
    {
        ulong start = address & ~(AddressSpace.PageSize - 1);
        ulong end = AddressSpace.RoundUp(address + length);
        if (!IsMapped(start, end - start))
        {
            return -Errno.ENOMEM;
        }

        AddressSpace* space = AddressSpace.Current;
        for (ulong at = start; at < end;)
        {
            Area* area = space->AreaAtOrAbove(at);
            ulong until = Math.Min(end, area->End);
            if ((area->Flags & AreaFlags.Lazy) != 0 && area->Protection != Protection.None
                && !space->PopulateNow(at, until - at, area->Protection))
            {
                return -Errno.ENOMEM;
            }

            at = until;
        }

        return 0;
    }

    /// <summary>munlock(2).</summary>
    [Syscall(150)]
    internal static long Unlock(ulong address, ulong length)
    {
        ulong start = address & ~(AddressSpace.PageSize - 1);
        return IsMapped(start, AddressSpace.RoundUp(address + length) - start) ? 0 : -Errno.ENOMEM;
    }

    private static bool IsMapped(ulong address, ulong length)
        => length == 0 || AddressSpace.Current->Allows(address, AddressSpace.RoundUp(length), Protection.None);

    private static long Move(AddressSpace* space, ulong address, ulong oldBytes, ulong newBytes, Protection protection, MapFlags kind)
    {
        long moved = space->Map(0, newBytes, Protection.Read | Protection.Write, kind);
        if (moved < 0)
        {
            return moved;
        }

        bool isReadable = (protection & Protection.Read) != 0;
        if (!isReadable && space->Protect(address, oldBytes, Protection.Read) < 0)
        {
            space->Unmap((ulong)moved, newBytes);
            return -Errno.ENOMEM;
        }

        Buffer.MemoryCopy((void*)address, (void*)moved, newBytes, oldBytes);
        space->Protect((ulong)moved, newBytes, protection);
        space->Unmap(address, oldBytes);
        return moved;
    }
}
