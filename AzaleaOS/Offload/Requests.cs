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
    internal static void AddAnswer(RequestSlot* slot)
    {
        if (((&slot->FirstPart)[slot->Parts - 1].Flags & VirtqDescriptorFlags.Write) == 0)
        {
            Add(slot, CoreQueue.PhysicalOf(&slot->Response), ResponseHeader.Bytes, writable: true);
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
        while (length != 0)
        {
            if (!KernelMemory.Tables.TryQuery(new VirtualAddress(at), out PageMapping page))
            {
                return false;
            }

            ulong piece = Math.Min(length, page.Size - (at & (page.Size - 1)));
            if (!Add(slot, page.Physical.Value, (uint)piece, writable))
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
        PageTables tables = KernelMemory.Tables;
        Protection wanted = writable ? Protection.Write : Protection.Read;
        PageAccess needed = writable ? PageAccess.Write : PageAccess.Read;
        ulong done = 0;
        space->Lock.Enter();
        while (done < length)
        {
            ulong at = address + done;
            bool isThere = tables.TryQuery(new VirtualAddress(at), out PageMapping page);
            if (!isThere || (page.Access & needed) == 0)
            {
                if (space->ServeFault(at, wanted, isThere) != FaultOutcome.Served
                    || !tables.TryQuery(new VirtualAddress(at), out page) || (page.Access & needed) == 0)
                {
                    break;
                }
            }

            ulong piece = Math.Min(length - done, page.Size - (at & (page.Size - 1)));
            if (!Add(slot, page.Physical.Value, (uint)piece, writable))
            {
                break;
            }

            done += piece;
        }

        space->Lock.Exit();
        return done;
    }

    // The last part but one is kept for the answer's header.
    private static bool Add(RequestSlot* slot, ulong address, uint length, bool writable)
        => PartList.TryAdd(&slot->FirstPart, ref slot->Parts, writable ? OffloadChannel.MaxParts : OffloadChannel.MaxParts - 1, address, length, writable);
}
