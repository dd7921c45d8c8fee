using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Files.Offloaded;

/// <summary>What system calls do to a file of the peer that is mapped as well: the pages here follow.</summary>
internal static unsafe class PeerChanges
{
    private const int MostPages = 64;
    private const ulong PageSize = KernelPages.Size;

    /// <summary>Looks how long a file is, and takes away what is behind its end. The DataLock is held.</summary>
    /// <returns>0, or an error.</returns>
    internal static long LookAtSize(PeerFile* peer)
    {
        Stat status;
        long result = PeerFiles.Status(peer->Reader, &status);
        if (result < 0)
        {
            return result;
        }

        ulong size = (ulong)status.Size;
        if (size < peer->Size)
        {
            PeerPages.DropAll(peer, (size + PageSize - 1) / PageSize);
        }

        ClearBehind(peer, Math.Min(size, peer->Size));
        peer->Size = size;
        return 0;
    }

    /// <summary>Looks how long a file is.</summary>
    internal static long LookAtSizeOf(PeerFile* peer)
    {
        peer->Node->DataLock.Enter();
        long result = LookAtSize(peer);
        peer->Node->DataLock.Exit();
        return result;
    }

    /// <summary>Bytes were written at the peer: the pages that are here get them. The DataLock is held.</summary>
    /// <param name="peer">The file.</param>
    /// <param name="end">Behind the last byte; null if it was the file's end.</param>
    /// <param name="count">How many, not 0.</param>
    internal static void Follow(PeerFile* peer, ulong? end, ulong count)
    {
        ulong stop = end ?? 0;
        if (end == null)
        {
            Stat status;
            stop = PeerFiles.Status(peer->Reader, &status) < 0 ? peer->Size : (ulong)status.Size;
        }

        ulong start = stop - Math.Min(stop, count);
        if (stop > peer->Size)
        {
            ClearBehind(peer, peer->Size);
            peer->Size = stop;
        }

        Read(peer, start, stop);
    }

    /// <summary>A file is about to be changed by a call that is made at the peer: it gets what was written here. Until <see cref="End"/> nobody else changes it.</summary>
    internal static void Begin(PeerFile* peer)
    {
        peer->Node->DataLock.Enter();
        PeerPages.WriteBackLocked(peer, 0, ulong.MaxValue);
    }

    /// <summary>A file was changed at the peer: what is here is brought again.</summary>
    internal static void End(PeerFile* peer)
    {
        LookAtSize(peer);
        PeerPages.DropClean(peer, 0, ulong.MaxValue);
        peer->Node->DataLock.Exit();
    }

    /// <summary>For <see cref="MappedFiles.PunchForeign"/>.</summary>
    internal static long Punch(FileNode* node, ulong start, ulong end)
    {
        const long KeepSize = 1, PunchHole = 2;
        PeerFile* peer = (PeerFile*)node->Object;
        Begin(peer);
        long result = peer->Writer == null ? -Errno.EACCES
            : PeerRequests.Call(OffloadedCall.FAllocate, OffloadedFile.NumberOf(peer->Writer), KeepSize | PunchHole, (long)start, (long)(end - start));
        End(peer);
        return result;
    }

    // In place, so that no mapping loses its page, and only what was written, so that nobody's bytes beside it are lost.
    private static void Read(PeerFile* peer, ulong start, ulong stop)
    {
        nuint* pages = stackalloc nuint[MostPages];
        while (start < stop)
        {
            ulong first = start / PageSize;
            int count = 0;
            while (count < MostPages && first + (ulong)count <= (stop - 1) / PageSize
                && PageIndex.PageOf(peer->Node->Pages.Get(first + (ulong)count)) is var page && page != 0)
            {
                pages[count++] = page;
            }

            ulong until = Math.Min(stop, (first + (ulong)count) * PageSize);
            if (count != 0 && PeerRequests.Move(OffloadedFile.NumberOf(peer->Reader), writes: false, pages, start, until) < 0)
            {
                PeerPages.DropClean(peer, first, first + (ulong)count);
            }

            start = count != 0 ? until
                : peer->Node->Pages.TryNext(first, out ulong next, out _) ? Math.Max(start + 1, next * PageSize)
                : stop;
        }
    }

    private static void ClearBehind(PeerFile* peer, ulong size)
    {
        nuint page = PageIndex.PageOf(peer->Node->Pages.Get(size / PageSize));
        if (page != 0 && size % PageSize != 0)
        {
            new Span<byte>((byte*)page + (size % PageSize), (int)(PageSize - (size % PageSize))).Clear();
        }
    }
}
