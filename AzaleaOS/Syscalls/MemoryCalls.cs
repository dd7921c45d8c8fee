using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>The application's address space: what is mapped where.</summary>
/// <remarks>Each call holds the address space's lock for as long as it looks at areas.</remarks>
internal static unsafe class MemoryCalls
{
    private const int HugeSizeShift = 26;
    private const uint HugeSizeMask = 0x3f;
    private const int NoKey = -1;

    /// <summary>mmap(2).</summary>
    [Syscall(9)]
    internal static long Map(ulong address, ulong length, Protection protection, MapFlags flags, int descriptor, ulong offset)
    {
        if (offset % AddressSpace.PageSize != 0)
        {
            return -Errno.EINVAL;
        }

        if ((flags & MapFlags.Anonymous) != 0)
        {
            return MapAnonymous(address, length, protection, flags);
        }

        FileReference reference = DescriptorTable.Get(descriptor);
        long result = reference.IsNull ? -Errno.EBADF : MapFile(reference.File, address, length, protection, flags, offset);
        reference.Release();
        return result;
    }

    /// <summary>mprotect(2).</summary>
    [Syscall(10)]
    internal static long Protect(ulong address, ulong length, uint protection) => ProtectWithKey(address, length, protection, NoKey);

    /// <summary>pkey_mprotect(2): there are no protection keys, so that only -1, none, is right.</summary>
    [Syscall(329)]
    internal static long ProtectWithKey(ulong address, ulong length, uint protection, int key)
    {
        // PROT_SEM means nothing on x86; no area of x86 grows upwards. Source for the order: Linux, mm/mprotect.c, do_mprotect_pkey.
        const uint Semaphore = 8, GrowsDown = 0x0100_0000, GrowsUp = 0x0200_0000;
        uint grows = protection & (GrowsDown | GrowsUp);
        if (grows == (GrowsDown | GrowsUp) || address % AddressSpace.PageSize != 0)
        {
            return -Errno.EINVAL;
        }

        if (length == 0)
        {
            return 0;
        }

        if (address + AddressSpace.RoundUp(length) <= address)
        {
            return -Errno.ENOMEM;
        }

        if ((protection & ~((uint)Protection.All | Semaphore | grows)) != 0 || key != NoKey)
        {
            return -Errno.EINVAL;
        }

        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        long result = grows != GrowsUp ? space->Protect(address, length, (Protection)protection, grows != 0)
            : space->IsFree(address, 1) ? -Errno.ENOMEM
            : -Errno.EINVAL;
        space->Lock.Exit();
        return result;
    }

    /// <summary>pkey_alloc(2): -ENOSPC, as on a processor without protection keys.</summary>
    [Syscall(330)]
    internal static long AllocateKey(ulong flags, ulong rights) => flags != 0 || (rights & ~3UL) != 0 ? -Errno.EINVAL : -Errno.ENOSPC;

    /// <summary>pkey_free(2).</summary>
    [Syscall(331)]
    internal static long FreeKey(int key) => -Errno.EINVAL;

    /// <summary>munmap(2).</summary>
    [Syscall(11)]
    internal static long Unmap(ulong address, ulong length)
    {
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        long result = space->Unmap(address, length);
        space->Lock.Exit();

        // It may have been what kept an unlinked file.
        FileTree.DropDeferred();
        return result;
    }

    /// <summary>brk(2).</summary>
    [Syscall(12)]
    internal static long SetBreak(ulong end)
    {
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        long result = space->SetBreak(end);
        space->Lock.Exit();
        return result;
    }

    /// <summary>mremap(2).</summary>
    [Syscall(25)]
    internal static long Remap(ulong address, ulong oldLength, ulong newLength, RemapFlags flags, ulong newAddress)
    {
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        long result = space->Remap(address, oldLength, newLength, flags, newAddress);
        space->Lock.Exit();
        return result;
    }

    private static long MapAnonymous(ulong address, ulong length, Protection protection, MapFlags flags)
    {
        if (flags == (MapFlags.Private | MapFlags.Anonymous) && address == 0)
        {
            AddressSpace* space = AddressSpace.Current;
            space->Lock.Enter();
            long again = space->MapAgain(length, protection);
            space->Lock.Exit();
            if (again != 0)
            {
                return again;
            }
        }

        AreaFlags kind = AddressSpace.KindOf(flags);
        if ((flags & MapFlags.HugePages) != 0)
        {
            uint shift = ((uint)flags >> HugeSizeShift) & HugeSizeMask;
            switch (shift)
            {
                case 0 or PageSize.Shift2M:
                    kind |= AreaFlags.Huge2M;
                    break;
                case PageSize.Shift1G when KernelMemory.Tables.HasHugePages:
                    kind |= AreaFlags.Huge1G;
                    break;
                default:
                    return -Errno.EINVAL;
            }
        }

        // As in Linux, this shows only where there is a place for it (mm/mmap.c, do_mmap).
        MapFlags type = flags & MapFlags.TypeMask;
        bool isRefused = type is not (MapFlags.Shared or MapFlags.Private) || (type == MapFlags.Shared && (flags & MapFlags.GrowsDown) != 0);
        return Place(address, length, protection, flags, kind, null, 0, isRefused ? -Errno.EINVAL : 0);
    }

    /// <summary>Maps a file.</summary>
    internal static long MapFile(OpenFile* file, ulong address, ulong length, Protection protection, MapFlags flags, ulong offset)
    {
        if ((file->Flags & OpenFlags.Path) != 0)
        {
            return -Errno.EBADF;
        }

        if ((flags & MapFlags.HugePages) != 0)
        {
            return -Errno.EINVAL;
        }

        MapFlags type = flags & MapFlags.TypeMask;
        bool isZero = file->Operations == FileOperations.Zero;
        AreaFlags kind = type == MapFlags.Private ? AreaFlags.None : AreaFlags.Shared | (file->CanWrite ? AreaFlags.None : AreaFlags.NeverWritable);
        kind |= (flags & MapFlags.Locked) != 0 ? AreaFlags.Locked : AreaFlags.None;
        kind |= file->Node->IsForeign ? AreaFlags.Foreign : AreaFlags.None;
        return Place(
            address,
            length,
            protection,
            flags,
            isZero ? AddressSpace.KindOf(flags) : kind,
            isZero ? null : file->Node,
            isZero ? 0 : offset,
            Refusal(file, length, protection, flags, offset));
    }

    /// <summary>Why a file cannot be mapped like this, where there is a place for it; 0 if it can.</summary>
    private static long Refusal(OpenFile* file, ulong length, Protection protection, MapFlags flags, ulong offset)
    {
        // What Linux had before this type came (LEGACY_MAP_MASK): all else is refused where the caller wants to know.
        const uint Known = 0x7c07_f9f3;
        MapFlags type = flags & MapFlags.TypeMask;
        if (offset > (file->Node->IsRegular ? long.MaxValue : ulong.MaxValue) - AddressSpace.RoundUp(length))
        {
            return -Errno.EOVERFLOW;
        }

        if (type is not (MapFlags.Shared or MapFlags.Private or MapFlags.SharedValidate))
        {
            return -Errno.EINVAL;
        }

        if (type == MapFlags.SharedValidate && ((uint)flags & ~Known) != 0)
        {
            return -Errno.EOPNOTSUPP;
        }

        if (!file->CanRead || (type != MapFlags.Private && (protection & Protection.Write) != 0 && !file->CanWrite))
        {
            return -Errno.EACCES;
        }

        return file->Operations != FileOperations.Regular && file->Operations != FileOperations.Zero ? -Errno.ENODEV
            : (flags & MapFlags.GrowsDown) != 0 ? -Errno.EINVAL
            : 0;
    }

    private static long Place(ulong address, ulong length, Protection protection, MapFlags flags, AreaFlags kind, void* file, ulong offset, long refusal)
    {
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        long result = space->Map(address, length, protection, flags, kind, file, offset, refusal);
        space->Lock.Exit();
        return result;
    }
}
