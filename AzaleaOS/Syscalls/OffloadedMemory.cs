using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Offloaded;
using AzaleaOS.Memory;
using AzaleaOS.Offload;

namespace AzaleaOS.Syscalls;

/// <summary>Calls that change which pages the application has: none is taken away while the peer uses it. And mmap of the peer's files.</summary>
internal static unsafe class OffloadedMemory
{
    /// <summary>mmap(2).</summary>
    [OffloadedSyscall(9)]
    internal static long Map(ulong address, ulong length, Protection protection, MapFlags flags, int descriptor, ulong offset)
    {
        bool replaces = (flags & MapFlags.Fixed) != 0;
        if (replaces)
        {
            WriteBack(address, length);
        }

        int change = replaces ? BufferGuard.Begin(address, length) : 0;
        long result = (flags & MapFlags.Anonymous) != 0 ? Forwarding.Here : MapPeers(address, length, protection, flags, descriptor, offset);
        result = result == Forwarding.Here ? MemoryCalls.Map(address, length, protection, flags, descriptor, offset) : result;
        if (replaces)
        {
            BufferGuard.End(change);
            PeerFiles.Sweep();
        }

        return result;
    }

    /// <summary>munmap(2).</summary>
    [OffloadedSyscall(11)]
    internal static long Unmap(ulong address, ulong length)
    {
        WriteBack(address, length);
        int change = BufferGuard.Begin(address, length);
        long result = MemoryCalls.Unmap(address, length);
        BufferGuard.End(change);
        PeerFiles.Sweep();
        return result;
    }

    /// <summary>msync(2).</summary>
    [OffloadedSyscall(26)]
    internal static long Synchronize(ulong address, ulong length, uint flags)
    {
        const uint Invalidate = 2, Sync = 4;
        long result = MemoryAdvice.Synchronize(address, length, flags);
        if (!PeerFiles.Any || result == -Errno.EINVAL || result == -Errno.EBUSY || address + AddressSpace.RoundUp(length) < address)
        {
            return result;
        }

        // With MS_ASYNC too: who reads the file elsewhere sees it from now on.
        long error = PeerPages.WriteBack(address, AddressSpace.RoundUp(length), (flags & Sync) != 0, (flags & Invalidate) != 0);
        return error < 0 ? error : result;
    }

    /// <summary>mlock(2).</summary>
    [OffloadedSyscall(149)]
    internal static long Lock(ulong address, ulong length)
    {
        BringAll(address, length + (address % AddressSpace.PageSize));
        return MemoryAdvice.Lock(address, length);
    }

    /// <summary>mlock2(2).</summary>
    [OffloadedSyscall(325)]
    internal static long Lock(ulong address, ulong length, uint flags)
    {
        if (flags == 0)
        {
            BringAll(address, length + (address % AddressSpace.PageSize));
        }

        return MemoryAdvice.Lock(address, length, flags);
    }

    /// <summary>futex(2): nobody waits for a page where it looks at the word.</summary>
    [OffloadedSyscall(202)]
    internal static long Futex(ulong address, FutexCommand operation, uint value, ulong timeout, ulong second, uint third)
    {
        if (PeerFiles.Any)
        {
            BringAll(address, sizeof(uint));
            BringAll(second, sizeof(uint));
        }

        return FutexCalls.Operate(address, operation, value, timeout, second, third);
    }

    /// <summary>brk(2).</summary>
    [OffloadedSyscall(12)]
    internal static long SetBreak(ulong end)
    {
        ulong now = (ulong)MemoryCalls.SetBreak(0);
        int change = BufferGuard.Begin(Math.Min(end, now), end == 0 || end >= now ? 0 : now - end);
        long result = MemoryCalls.SetBreak(end);
        BufferGuard.End(change);
        return result;
    }

    /// <summary>mremap(2).</summary>
    [OffloadedSyscall(25)]
    internal static long Remap(ulong address, ulong oldLength, ulong newLength, RemapFlags flags, ulong newAddress)
    {
        WriteBack(address, oldLength);
        WriteBack(newAddress, (flags & RemapFlags.Fixed) != 0 ? newLength : 0);
        int from = BufferGuard.Begin(address, oldLength);
        int to = BufferGuard.Begin(newAddress, (flags & RemapFlags.Fixed) != 0 ? newLength : 0);
        long result = MemoryCalls.Remap(address, oldLength, newLength, flags, newAddress);
        BufferGuard.End(to);
        BufferGuard.End(from);
        PeerFiles.Sweep();
        return result;
    }

    /// <summary>madvise(2).</summary>
    [OffloadedSyscall(28)]
    internal static long Advise(ulong address, ulong length, Advice advice)
    {
        if (advice is Advice.PopulateRead or Advice.PopulateWrite)
        {
            BringAll(address, length);
        }

        int change = BufferGuard.Begin(address, length);
        long result = MemoryAdvice.Advise(address, length, advice);
        BufferGuard.End(change);
        return result;
    }

    /// <summary>mbind(2): pages may move to another node.</summary>
    [OffloadedSyscall(237)]
    internal static long Bind(ulong start, ulong length, uint mode, ulong mask, ulong bits, uint flags)
    {
        int change = BufferGuard.Begin(start, length);
        long result = NodeCalls.Bind(start, length, mode, mask, bits, flags);
        BufferGuard.End(change);
        return result;
    }

    /// <summary>migrate_pages(2).</summary>
    [OffloadedSyscall(256)]
    internal static long Migrate(int process, ulong bits, ulong from, ulong to)
    {
        int change = BufferGuard.Begin(0, AddressSpace.Highest);
        long result = NodeCalls.Migrate(process, bits, from, to);
        BufferGuard.End(change);
        return result;
    }

    /// <summary>move_pages(2).</summary>
    [OffloadedSyscall(279)]
    internal static long MovePages(int process, ulong count, ulong pages, ulong nodes, ulong status, uint flags)
    {
        int change = BufferGuard.Begin(0, AddressSpace.Highest);
        long result = NodeCalls.MovePages(process, count, pages, nodes, status, flags);
        BufferGuard.End(change);
        return result;
    }

    /// <summary>truncate(2) of the kernel's own file, which may be mapped.</summary>
    internal static long Truncate(ulong path, long size)
    {
        int change = BufferGuard.Begin(0, AddressSpace.Highest);
        long result = FileSizes.Truncate(path, size);
        BufferGuard.End(change);
        return result;
    }

    /// <summary>ftruncate(2) of the kernel's own file.</summary>
    internal static long TruncateDescriptor(int descriptor, long size)
    {
        int change = BufferGuard.Begin(0, AddressSpace.Highest);
        long result = FileSizes.TruncateDescriptor(descriptor, size);
        BufferGuard.End(change);
        return result;
    }

    /// <summary>fallocate(2) of the kernel's own file: it may make holes.</summary>
    internal static long Allocate(int descriptor, uint mode, long offset, long length)
    {
        int change = BufferGuard.Begin(0, AddressSpace.Highest);
        long result = FileSizes.Allocate(descriptor, mode, offset, length);
        BufferGuard.End(change);
        return result;
    }

    // Here all have their pages in common, at the peer they are anybody's.
    private static long MapPeers(ulong address, ulong length, Protection protection, MapFlags flags, int descriptor, ulong offset)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        long result = Forwarding.Here;
        if (!reference.IsNull && OffloadedFile.Is(reference.File))
        {
            result = offset % AddressSpace.PageSize != 0 || length == 0 ? -Errno.EINVAL : 0;
            if (result == 0)
            {
                result = PeerFiles.Begin(reference.File, out OpenFile* view);
                result = result < 0 ? result : MemoryCalls.MapFile(view, address, length, protection, flags, offset);
                PeerFiles.End(view);
            }

            if (result > 0 && ((flags & (MapFlags.Populate | MapFlags.NonBlocking)) == MapFlags.Populate || (flags & MapFlags.Locked) != 0))
            {
                PeerPages.BringAll((ulong)result, length);
            }
        }

        reference.Release();
        return result;
    }

    private static void WriteBack(ulong address, ulong length)
    {
        if (PeerFiles.Any)
        {
            PeerPages.WriteBack(address, length, synchronizes: false, invalidates: false);
        }
    }

    private static void BringAll(ulong address, ulong length)
    {
        if (PeerFiles.Any)
        {
            PeerPages.BringAll(address, length);
        }
    }
}
