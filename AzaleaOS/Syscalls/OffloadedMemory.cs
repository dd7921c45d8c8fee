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
        int change = replaces ? BufferGuard.Begin(address, length) : 0;
        long result = (flags & MapFlags.Anonymous) != 0 ? Forwarding.Here : MapPeers(address, length, protection, flags, descriptor, offset);
        result = result == Forwarding.Here ? MemoryCalls.Map(address, length, protection, flags, descriptor, offset) : result;
        if (replaces)
        {
            BufferGuard.End(change);
        }

        return result;
    }

    /// <summary>munmap(2).</summary>
    [OffloadedSyscall(11)]
    internal static long Unmap(ulong address, ulong length)
    {
        int change = BufferGuard.Begin(address, length);
        long result = MemoryCalls.Unmap(address, length);
        BufferGuard.End(change);
        return result;
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
        int from = BufferGuard.Begin(address, oldLength);
        int to = BufferGuard.Begin(newAddress, (flags & RemapFlags.Fixed) != 0 ? newLength : 0);
        long result = MemoryCalls.Remap(address, oldLength, newLength, flags, newAddress);
        BufferGuard.End(to);
        BufferGuard.End(from);
        return result;
    }

    /// <summary>madvise(2).</summary>
    [OffloadedSyscall(28)]
    internal static long Advise(ulong address, ulong length, Advice advice)
    {
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

    // The file as it is now: what others write to it later is not seen, and what is written here stays here.
    private static long MapPeers(ulong address, ulong length, Protection protection, MapFlags flags, int descriptor, ulong offset)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        bool isPeers = !reference.IsNull && OffloadedFile.Is(reference.File);
        long result = Forwarding.Here;
        if (isPeers)
        {
            bool staysPrivate = (flags & MapFlags.TypeMask) == MapFlags.Private || (protection & Protection.Write) == 0;
            OpenFlags access = reference.File->CanRead ? OpenFlags.ReadOnly : OpenFlags.WriteOnly;
            result = offset % AddressSpace.PageSize != 0 || length == 0 ? -Errno.EINVAL
                : !staysPrivate ? -Errno.ENODEV
                : MappedCopy.Make(reference.File, offset, AddressSpace.RoundUp(length), access, out OpenFile* copy) is < 0 and var error ? error
                : MapCopy(copy, address, length, protection, flags, offset);
        }

        reference.Release();
        return result;
    }

    private static long MapCopy(OpenFile* copy, ulong address, ulong length, Protection protection, MapFlags flags, ulong offset)
    {
        long result = MemoryCalls.MapFile(copy, address, length, protection, flags, offset);
        OpenFile.Drop(copy);
        return result;
    }
}
