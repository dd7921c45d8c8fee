using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Offload;

namespace AzaleaOS.Files.Offloaded;

/// <summary>The pages of mapped files of the peer: brought when they are touched, written back when they were written to.</summary>
internal static unsafe class PeerPages
{
    // In one request.
    private const int MostPages = 64;
    private const int FirstWindow = 8;
    private const long SetFlags = 4;
    private const ulong PageSize = KernelPages.Size;

    /// <summary>Brings pages that are owed in a range, at least the first; for <see cref="FilePages.Bring"/>.</summary>
    internal static long Bring(ulong address, ulong length)
    {
        ulong at = address;
        return PeerFiles.Any ? BringNext(ref at, EndOf(address, length)) : 0;
    }

    /// <summary>Brings all pages that are owed in a range, as far as there are any.</summary>
    internal static void BringAll(ulong address, ulong length)
    {
        ulong at = address;
        ulong end = EndOf(address, length);
        while (PeerFiles.Any && BringNext(ref at, end) > 0)
        {
            // The page at this address is there now, and the search goes on.
        }
    }

    /// <summary>Writes back what is dirty of a file.</summary>
    /// <returns>0, or the first error; what could not be written stays dirty.</returns>
    internal static long WriteBack(PeerFile* peer)
    {
        peer->Node->DataLock.Enter();
        long result = WriteBackLocked(peer, 0, ulong.MaxValue);
        peer->Node->DataLock.Exit();
        return result;
    }

    /// <summary>Writes back what is dirty in a range of addresses.</summary>
    /// <param name="address">The first.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="synchronizes">Whether the peer is to have it on its disk.</param>
    /// <param name="invalidates">Whether pages are to be brought again when they are touched next.</param>
    /// <returns>0, or the first error.</returns>
    internal static long WriteBack(ulong address, ulong length, bool synchronizes, bool invalidates)
    {
        ulong at = address;
        ulong end = EndOf(address, length);
        long result = 0;
        while (PeerFiles.Any && AddressSpace.Current->TryNextForeign(ref at, end, out void* file, out ulong first, out ulong behind))
        {
            FileNode* node = (FileNode*)file;
            PeerFile* peer = (PeerFile*)node->Object;
            node->DataLock.Enter();
            long one = WriteBackLocked(peer, first, behind);
            if (invalidates && one == 0)
            {
                DropClean(peer, first, behind);
            }

            node->DataLock.Exit();
            one = one < 0 || !synchronizes ? one : PeerRequests.Call(OffloadedCall.FSync, OffloadedFile.NumberOf(peer->Reader));
            result = result < 0 ? result : one;
            PeerFiles.Release(peer);
        }

        return result;
    }

    /// <summary>Writes back what is dirty in a range of a file. The DataLock is held.</summary>
    /// <param name="peer">The file.</param>
    /// <param name="first">The first page.</param>
    /// <param name="end">Behind the last.</param>
    /// <returns>0, or the first error.</returns>
    internal static long WriteBackLocked(PeerFile* peer, ulong first, ulong end)
    {
        const OpenFlags Disturbing = OpenFlags.Append | OpenFlags.Direct;
        FileNode* node = peer->Node;
        if (peer->Writer == null || !TryFindDirty(node, ref first, end))
        {
            return 0;
        }

        long result = PeerChanges.LookAtSize(peer);
        if (result < 0)
        {
            return result;
        }

        // What the peer does with these pages for others it has to do before they count as clean.
        bool isMapped = AddressSpace.Current->TryCover(node, out ulong low, out ulong high);
        int change = isMapped ? BufferGuard.Begin(low, high - low) : 0;
        long number = OffloadedFile.NumberOf(peer->Writer);
        OpenFlags flags = peer->Writer->Flags;
        if ((flags & Disturbing) != 0)
        {
            PeerRequests.Call(OffloadedCall.FCntl, number, SetFlags, (long)(flags & ~Disturbing));
        }

        nuint* pages = stackalloc nuint[MostPages];
        while (TryFindDirty(node, ref first, end))
        {
            ulong next = first;
            while (next - first < MostPages && next < end && node->Pages.Clean(next) is var page && page != 0)
            {
                pages[next++ - first] = page;
            }

            // Whoever writes from here on makes the page dirty again.
            bool isNoted = AddressSpace.Current->ProtectFilePages(node, first, next);
            ulong start = first * PageSize;
            ulong stop = Math.Min(next * PageSize, peer->Size);
            long written = start < stop ? PeerRequests.Move(number, writes: true, pages, start, stop) : 0;
            bool isWritten = start >= stop || written == (long)(stop - start);
            result = isWritten || result < 0 ? result : written < 0 ? written : -Errno.EIO;
            for (; first < next; first++)
            {
                if (!isNoted || !isWritten)
                {
                    node->Pages.MarkDirty(first);
                }
            }
        }

        if ((flags & Disturbing) != 0)
        {
            PeerRequests.Call(OffloadedCall.FCntl, number, SetFlags, (long)flags);
        }

        if (isMapped)
        {
            BufferGuard.End(change);
        }

        return result;
    }

    /// <summary>Forgets clean pages of a file, so that they are brought again. The DataLock is held.</summary>
    internal static void DropClean(PeerFile* peer, ulong first, ulong end) => Drop(peer, first, end, all: false);

    /// <summary>Forgets pages that the file has no more; private copies too. The DataLock is held.</summary>
    internal static void DropAll(PeerFile* peer, ulong first) => Drop(peer, first, ulong.MaxValue, all: true);

    /// <summary>Frees the pages of a file that nothing maps.</summary>
    internal static void FreeAll(PeerFile* peer)
    {
        nuint* pages = stackalloc nuint[MostPages];
        ulong first = 0;
        int count;
        do
        {
            count = peer->Node->Pages.TakeOut(ref first, ulong.MaxValue, pages, MostPages);
            Give(pages, count);
        }
        while (count == MostPages);
    }

    private static ulong EndOf(ulong address, ulong length)
        => length > AddressSpace.Highest - Math.Min(address, AddressSpace.Highest) ? AddressSpace.Highest : address + length;

    private static long BringNext(ref ulong at, ulong end)
    {
        if (!AddressSpace.Current->TryFindOwed(ref at, end, out void* file, out ulong index))
        {
            return 0;
        }

        FileNode* node = (FileNode*)file;
        PeerFile* peer = (PeerFile*)node->Object;
        Reserve(peer);
        node->DataLock.Enter();
        long result = PageIndex.PageOf(node->Pages.Get(index)) != 0 ? 1 : Fetch(peer, index);
        node->DataLock.Exit();
        PeerFiles.Release(peer);
        return result;
    }

    // More at a time as long as the pages are touched one after the other.
    private static long Fetch(PeerFile* peer, ulong index)
    {
        FileNode* node = peer->Node;
        peer->Window = index == peer->NextPage && index != 0 ? Math.Min(MostPages, peer->Window * 2) : FirstWindow;
        nuint* pages = stackalloc nuint[MostPages];
        int count = 0;
        while (count < peer->Window && node->Pages.Get(index + (ulong)count) == 0 && (pages[count] = (nuint)KernelPages.Take()) != 0)
        {
            count++;
        }

        ulong start = index * PageSize;
        long result = count == 0 ? -Errno.ENOMEM
            : PeerRequests.Move(OffloadedFile.NumberOf(peer->Reader), writes: false, pages, start, start + ((ulong)count * PageSize));
        int added = 0;
        while (added < count && result > added * (long)PageSize && node->Pages.Add(index + (ulong)added, pages[added]) == pages[added])
        {
            added++;
        }

        Give(pages + added, count - added);
        peer->NextPage = index + (ulong)added;
        return added != 0 ? added : result == 0 ? -Errno.ENXIO : result < 0 ? result : -Errno.ENOMEM;
    }

    // Pages that can be brought again are not kept where memory gets scarce. First those of other files, of which nobody waits for a word.
    private static void Reserve(PeerFile* wanting)
    {
        if (AddressSpace.Current->FreeMemory < Process.TotalMemory / 16)
        {
            PeerFiles.ForEach(&DropReadOnly);
        }

        if (AddressSpace.Current->FreeMemory < Process.TotalMemory / 16)
        {
            PeerFiles.ForEach(&DropWritten);
        }
    }

    private static long DropReadOnly(PeerFile* peer)
    {
        if (peer->Node->WritableMappings == 0 && peer->Node->DataLock.TryEnter())
        {
            DropClean(peer, 0, ulong.MaxValue);
            peer->Node->DataLock.Exit();
        }

        return 0;
    }

    private static long DropWritten(PeerFile* peer)
    {
        if (peer->Node->DataLock.TryEnter())
        {
            WriteBackLocked(peer, 0, ulong.MaxValue);
            DropClean(peer, 0, ulong.MaxValue);
            peer->Node->DataLock.Exit();
        }

        return 0;
    }

    private static void Drop(PeerFile* peer, ulong first, ulong end, bool all)
    {
        FileNode* node = peer->Node;
        bool isMapped = AddressSpace.Current->TryCover(node, out ulong low, out ulong high);
        int change = isMapped ? BufferGuard.Begin(low, high - low) : 0;
        nuint* pages = stackalloc nuint[MostPages];
        int count;
        do
        {
            ulong from = first;
            count = all ? node->Pages.TakeOut(ref first, end, pages, MostPages) : TakeOutClean(node, ref first, end, pages);
            if (all || count != 0)
            {
                AddressSpace.Current->DropFilePages(node, from, count == MostPages ? first : end, copies: all);
            }

            Give(pages, count);
        }
        while (count == MostPages);
        if (isMapped)
        {
            BufferGuard.End(change);
        }
    }

    private static int TakeOutClean(FileNode* node, ref ulong first, ulong end, nuint* pages)
    {
        int count = 0;
        while (count < MostPages && node->Pages.TryNext(first, out ulong found, out _) && found < end)
        {
            pages[count] = node->Pages.TakeOutClean(found);
            count += pages[count] != 0 ? 1 : 0;
            first = found + 1;
        }

        return count;
    }

    private static bool TryFindDirty(FileNode* node, ref ulong first, ulong end)
    {
        while (node->Pages.TryNext(first, out ulong found, out nuint entry) && found < end)
        {
            first = found;
            if ((entry & PageIndex.Dirty) != 0)
            {
                return true;
            }

            first++;
        }

        return false;
    }

    private static void Give(nuint* pages, int count)
    {
        for (int i = 0; i < count; i++)
        {
            KernelPages.Give((void*)pages[i]);
        }
    }
}
