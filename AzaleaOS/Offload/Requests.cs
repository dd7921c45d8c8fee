using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Memory;

namespace AzaleaOS.Offload;

/// <summary>Puts memory into a request: what the peer reads first, then what it writes. Nothing is copied.</summary>
internal static unsafe class Requests
{
    /// <summary>Memory of the application is being changed: begin again.</summary>
    internal const ulong Busy = ulong.MaxValue;

    /// <summary>From here on the peer writes: its answer's header comes first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddAnswer(RequestSlot* slot)
    {
        // There is room: the last part but one is kept for it.
        VirtqDescriptor* last = slot->Last;
        if ((last->Flags & VirtqDescriptorFlags.Write) == 0)
        {
            last++;
            PartList.Write(last, CoreQueue.PhysicalOf(&slot->Response), ResponseHeader.Bytes, VirtqDescriptorFlags.Write);
            slot->Last = last;
        }
    }

    /// <summary>Adds memory of the kernel.</summary>
    /// <returns>False if the request has too many parts.</returns>
    internal static bool AddKernel(RequestSlot* slot, void* start, ulong length, bool writable)
    {
        if (writable)
        {
            AddAnswer(slot);
        }

        ulong at = (ulong)start;
        if (at - MemoryMap.DirectMapBase < MemoryMap.DirectMapSize)
        {
            return Add(slot, CoreQueue.PhysicalOf(start), length, writable);
        }

        while (length != 0)
        {
            if (!KernelMemory.Tables.TryQuery(new VirtualAddress(at), out PageMapping page))
            {
                return false;
            }

            ulong piece = Math.Min(length, page.Size - (at & (page.Size - 1)));
            if (!Add(slot, page.Physical.Value, piece, writable))
            {
                return false;
            }

            at += piece;
            length -= piece;
        }

        return true;
    }

    /// <summary>Adds memory of the application, page by page as it lies; pages that are owed are provided.</summary>
    /// <param name="slot">The request.</param>
    /// <param name="address">In the application's half.</param>
    /// <param name="length">Bytes; with the address in that half.</param>
    /// <param name="writable">Whether the peer writes it.</param>
    /// <returns>Bytes that were added: fewer if the application may not do that with what follows, or if there are too many parts; or <see cref="Busy"/>.</returns>
    internal static ulong AddUser(RequestSlot* slot, ulong address, ulong length, bool writable)
        => writable ? AddWritable(slot, address, length) : AddReadable(slot, address, length);

    /// <summary>Adds memory of the application that the peer reads. As <see cref="AddUser"/>.</summary>
    internal static ulong AddReadable(RequestSlot* slot, ulong address, ulong length) => AddUserAs(slot, address, length, writable: false);

    /// <summary>Adds memory of the application that the peer writes. As <see cref="AddUser"/>.</summary>
    internal static ulong AddWritable(RequestSlot* slot, ulong address, ulong length) => AddUserAs(slot, address, length, writable: true);

    /// <summary>Adds a text that lies in a kernel page, and that the peer reads, behind nothing but other texts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddText(RequestSlot* slot, byte* start, uint length)
    {
        VirtqDescriptor* part = slot->Last + 1;
        PartList.Write(part, CoreQueue.PhysicalOf(start), length, VirtqDescriptorFlags.None);
        slot->Last = part;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddUserAs(RequestSlot* slot, ulong address, ulong length, bool writable)
    {
        if (writable)
        {
            AddAnswer(slot);
        }

        if (!BufferGuard.TryUse(slot, address, address + length))
        {
            return Busy;
        }

        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        ulong done = AddSmall(slot, address, length, writable);
        if (done != length)
        {
            done = AddRest(space, slot, address, length, done, writable);
        }

        space->Lock.Exit();
        return done;
    }

    // Small pages that are there, up to the end of their table: the short way for what happens most often. Returns bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddSmall(RequestSlot* slot, ulong at, ulong length, bool writable)
    {
        const ulong PageMask = AddressSpace.PageSize - 1;
        const ulong TableMask = (512 * AddressSpace.PageSize) - 1;
        ulong* entry = KernelMemory.Tables.FindSmall(at);
        if (entry == null)
        {
            return 0;
        }

        ulong needed = writable ? PageEntry.Present | PageEntry.Writable : PageEntry.Present;
        VirtqDescriptorFlags flags = FlagsOf(writable);
        VirtqDescriptor* limit = LimitOf(slot, writable);
        VirtqDescriptor* last = slot->Last;
        ulong left = length;
        do
        {
            ulong value = *entry++;
            ulong offset = at & PageMask;
            ulong bytes = Math.Min(left, AddressSpace.PageSize - offset);
            if ((value & needed) != needed || !PartList.TryAdd(ref last, limit, PageEntry.AddressOf(value) + offset, bytes, flags))
            {
                break;
            }

            left -= bytes;
            at += bytes;
        }
        while (left != 0 && (at & TableMask) != 0);
        slot->Last = last;
        return length - left;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong AddRest(AddressSpace* space, RequestSlot* slot, ulong address, ulong length, ulong done, bool writable)
    {
        while (done < length)
        {
            ulong added = AddSmall(slot, address + done, length - done, writable);
            if (added == 0)
            {
                if (!TryProvide(space, address + done, writable, out ulong physical, out ulong reach))
                {
                    break;
                }

                added = Math.Min(length - done, reach);
                if (!Add(slot, physical, added, writable))
                {
                    break;
                }
            }

            done += added;
        }

        return done;
    }

    // A page of any size, which may be owed. Under the address space's lock.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryProvide(AddressSpace* space, ulong at, bool writable, out ulong physical, out ulong reach)
    {
        PageTables tables = KernelMemory.Tables;
        PageAccess needed = writable ? PageAccess.Write : PageAccess.Read;
        bool isThere = tables.TryQuery(new VirtualAddress(at), out PageMapping page);
        physical = reach = 0;
        if ((!isThere || (page.Access & needed) == 0)
            && (space->ServeFault(at, writable ? Protection.Write : Protection.Read, isThere) != FaultOutcome.Served
                || !tables.TryQuery(new VirtualAddress(at), out page) || (page.Access & needed) == 0))
        {
            return false;
        }

        physical = page.Physical.Value;
        reach = page.Size - (at & (page.Size - 1));
        return true;
    }

    private static bool Add(RequestSlot* slot, ulong address, ulong length, bool writable)
    {
        VirtqDescriptor* last = slot->Last;
        bool isAdded = PartList.TryAdd(ref last, LimitOf(slot, writable), address, length, FlagsOf(writable));
        slot->Last = last;
        return isAdded;
    }

    // The last part but one is kept for the answer's header.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VirtqDescriptor* LimitOf(RequestSlot* slot, bool writable)
        => &slot->FirstPart + OffloadChannel.MaxParts - (writable ? 1 : 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VirtqDescriptorFlags FlagsOf(bool writable) => writable ? VirtqDescriptorFlags.Write : VirtqDescriptorFlags.None;
}
