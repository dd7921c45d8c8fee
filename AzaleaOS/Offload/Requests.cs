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
            WriteAnswer(slot, last + 1);
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

    /// <summary>Adds buffers of the application, each as <see cref="AddUser"/>, in one go.</summary>
    /// <param name="slot">The request, to which nothing was added.</param>
    /// <param name="buffers">The buffers, in memory of the kernel, each in the application's half.</param>
    /// <param name="behind">Behind the last of them.</param>
    /// <param name="start">Where the lowest begins.</param>
    /// <param name="end">Where the highest ends.</param>
    /// <param name="writable">Whether the peer writes them.</param>
    /// <returns>False unless all were added; the request is then to be given up.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryAddVector(RequestSlot* slot, IoVector* buffers, IoVector* behind, ulong start, ulong end, bool writable)
    {
        if (writable)
        {
            WriteAnswer(slot, &slot->FirstPart + 1);
        }

        if (!BufferGuard.TryUseFirst(slot, start, end))
        {
            return false;
        }

        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        IoVector* buffer = buffers;
        do
        {
            ulong length = buffer->Length;
            if (length != 0)
            {
                ulong done = AddSmall(slot, buffer->Base, length, writable);
                if (done != length && AddRest(space, slot, buffer->Base, length, done, writable) != length)
                {
                    break;
                }
            }

            buffer++;
        }
        while (buffer != behind);
        space->Lock.Exit();
        return buffer == behind;
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

    // The first page and those of its table behind it, if they are small and there: what happens most often. Returns bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddSmall(RequestSlot* slot, ulong at, ulong length, bool writable)
    {
        nuint found = UserPageTables.Find(at);
        if ((found & PageTables.LevelMask) != 0)
        {
            return AddLarge(slot, at, length, writable, found);
        }

        ulong* entry = (ulong*)found;
        ulong value = *entry;
        ulong offset = at & (AddressSpace.PageSize - 1);
        ulong bytes = AddressSpace.PageSize - offset;
        bytes = length < bytes ? length : bytes;
        ulong needed = NeededOf(writable);
        VirtqDescriptor* last = slot->Last;
        if ((~value & needed) != 0 || last >= LimitOf(slot, writable))
        {
            return 0;
        }

        last++;
        PartList.Write(last, PageEntry.AddressOf(value) + offset, (uint)bytes, FlagsOf(writable));
        slot->Last = last;
        return bytes == length ? bytes : bytes + AddFollowing(slot, entry, at + bytes, length - bytes, writable);
    }

    // As far as a large page reaches. Returns bytes.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong AddLarge(RequestSlot* slot, ulong at, ulong length, bool writable, nuint found)
    {
        ulong entry = *(ulong*)(found & ~PageTables.LevelMask);
        ulong size = 1UL << PageEntry.Shift((int)(found & PageTables.LevelMask));
        ulong offset = at & (size - 1);
        ulong bytes = Math.Min(length, size - offset);
        return (~entry & NeededOf(writable)) == 0 && Add(slot, PageEntry.AddressOf(entry) + offset, bytes, writable) ? bytes : 0;
    }

    // Pages behind one that was added, up to the end of its table. Frames that follow each other become one part, eight at a time. Returns bytes.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong AddFollowing(RequestSlot* slot, ulong* entry, ulong at, ulong left, bool writable)
    {
        const int Step = 8;
        const ulong Page = AddressSpace.PageSize;
        const ulong TableBytes = 512 * Page;
        const uint Longest = int.MaxValue - (uint)TableBytes;
        VirtqDescriptor* part = slot->Last;
        VirtqDescriptor* limit = LimitOf(slot, writable);
        if (part->Length > Longest)
        {
            return 0;
        }

        ulong needed = NeededOf(writable);
        ulong mask = PageEntry.AddressMask | needed;
        ulong room = (TableBytes - at) & (TableBytes - 1);
        ulong* end = entry + 1 + ((Math.Min(left, room) + Page - 1) / Page);
        ulong* first = entry;
        VirtqDescriptorFlags flags = FlagsOf(writable) | VirtqDescriptorFlags.Next;

        // What is compared with an entry: the frame that would go on with the part.
        ulong follows = (*entry++ & mask) + Page;
        while (entry != end)
        {
            ulong value = *entry;
            if (((value ^ follows) & mask) == 0)
            {
                // From the page before on, so that as many as a power of two take whole steps.
                ulong* run = --entry;
                follows -= Page;
                for (; entry + Step <= end; entry += Step, follows += Step * Page)
                {
                    ulong differences = (entry[0] ^ follows) | (entry[1] ^ (follows + Page)) | (entry[2] ^ (follows + (2 * Page))) | (entry[3] ^ (follows + (3 * Page)))
                        | (entry[4] ^ (follows + (4 * Page))) | (entry[5] ^ (follows + (5 * Page))) | (entry[6] ^ (follows + (6 * Page))) | (entry[7] ^ (follows + (7 * Page)));
                    if ((differences & mask) != 0)
                    {
                        break;
                    }
                }

                for (; entry != end && ((*entry ^ follows) & mask) == 0; entry++, follows += Page)
                {
                }

                part->Length += ((uint)((byte*)entry - (byte*)run) * (uint)(Page / sizeof(ulong))) - (uint)Page;
                continue;
            }

            if ((~value & needed) != 0 || part >= limit)
            {
                break;
            }

            value &= mask;
            part++;
            PartList.Write(part, value - needed, (uint)Page, flags);
            follows = value + Page;
            entry++;
        }

        // The buffer may end inside the last page.
        ulong done = ((ulong)(entry - first) * Page) - Page;
        if (done > left)
        {
            part->Length -= (uint)(done - left);
            done = left;
        }

        slot->Last = part;
        return done;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong NeededOf(bool writable) => writable ? PageEntry.Present | PageEntry.Writable : PageEntry.Present;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteAnswer(RequestSlot* slot, VirtqDescriptor* part)
    {
        PartList.Write(part, CoreQueue.PhysicalOf(&slot->Response), ResponseHeader.Bytes, VirtqDescriptorFlags.Write);
        slot->Last = part;
    }

    // The last part but one is kept for the answer's header.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VirtqDescriptor* LimitOf(RequestSlot* slot, bool writable)
        => (VirtqDescriptor*)((byte*)slot + OffloadChannel.LastPart) - (writable ? 0 : 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VirtqDescriptorFlags FlagsOf(bool writable) => writable ? VirtqDescriptorFlags.Write : VirtqDescriptorFlags.None;
}
