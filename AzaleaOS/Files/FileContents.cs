using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>The bytes of a regular file.</summary>
/// <remarks>
/// A byte is where the file has a page of its own, or in the archive that the file came from, or zero. A page becomes
/// the file's own when it is first written to or mapped. The file's <see cref="FileNode.DataLock"/> is held, but by
/// <see cref="TakePage"/>, which a page fault calls. Behind the end of the file the last page holds zeros.
/// </remarks>
internal static unsafe class FileContents
{
    /// <summary>The largest size of a file: MAX_LFS_FILESIZE.</summary>
    internal const ulong LargestSize = long.MaxValue;

    private const ulong PageSize = KernelPages.Size;
    private const int Batch = 32;

    /// <summary>
    /// Takes pages of a file out of every mapping: file, first page, behind the last one. Set by whoever starts the
    /// application.
    /// </summary>
    internal static delegate*<void*, ulong, ulong, bool, void> Unmap { get; set; }

    /// <summary>Copies bytes out.</summary>
    /// <returns>How many; 0 at the end of the file; -EFAULT if none could be copied.</returns>
    internal static long Read(FileNode* node, Transfer* transfer)
    {
        ulong position = (ulong)transfer->Position;
        if (position >= node->Size)
        {
            return 0;
        }

        ulong wanted = Math.Min(transfer->Left, node->Size - position);
        ulong done = 0;
        while (done < wanted)
        {
            ulong count = wanted - done;
            byte* bytes = Find(node, position, ref count);
            ulong moved = bytes == null ? transfer->PutZeros(count) : transfer->Put(bytes, count);
            done += moved;
            position += moved;
            if (moved < count)
            {
                break;
            }
        }

        transfer->Position = (long)position;
        return done == 0 && wanted != 0 ? -Errno.EFAULT : (long)done;
    }

    /// <summary>Copies bytes in, and makes the file longer if they reach beyond its end.</summary>
    /// <returns>How many; -EFAULT, -ENOSPC, -EPERM if none could be copied.</returns>
    internal static long Write(FileNode* node, Transfer* transfer)
    {
        ulong position = (ulong)transfer->Position;
        ulong done = 0;
        long error = 0;
        while (transfer->Left != 0 && error == 0)
        {
            ulong offset = position % PageSize;
            ulong count = Math.Min(transfer->Left, PageSize - offset);
            if ((node->Seals & FileSeals.Grow) != 0 && position + count > node->Size)
            {
                error = -Errno.EPERM;
                break;
            }

            byte* page = MakePage(node, position / PageSize, out bool isNew);
            if (page == null)
            {
                error = -Errno.ENOSPC;
                break;
            }

            if (position > node->Size)
            {
                ClearEnd(node);
            }

            // A part is no error yet: what was just written can be what is read next, through a mapping.
            ulong moved = transfer->Take(page + offset, count);
            error = moved == 0 ? -Errno.EFAULT : 0;
            if (moved == 0 && isNew && position - offset >= node->Size)
            {
                Remove(node, position / PageSize, (position / PageSize) + 1);
            }

            done += moved;
            position += moved;
            if (moved != 0 && position > node->Size)
            {
                Volatile.Write(ref node->Size, position);
            }
        }

        transfer->Position = (long)position;
        return done != 0 ? (long)done : error;
    }

    /// <summary>Makes the file longer or shorter.</summary>
    internal static void Resize(FileNode* node, ulong size)
    {
        ulong old = node->Size;
        if (size >= old)
        {
            ClearEnd(node);
            Volatile.Write(ref node->Size, size);
            return;
        }

        Volatile.Write(ref node->Size, size);

        ulong firstGone = (size + PageSize - 1) / PageSize;
        if (node->Mappings != 0)
        {
            // No page fault finds these pages any more, so that after this nothing leads to them.
            Unmap(node, firstGone, ulong.MaxValue, true);
        }

        Remove(node, firstGone, ulong.MaxValue);
        if (node->DataSize > size)
        {
            node->Pages.ArchivePages = firstGone;
            Volatile.Write(ref node->DataSize, size);
        }

        ClearPart(node, size, firstGone * PageSize);
    }

    /// <summary>Frees all pages of a file that nothing refers to.</summary>
    internal static void Free(FileNode* node) => Remove(node, 0, ulong.MaxValue);

    /// <summary>Makes a range read as zeros, and gives its whole pages back.</summary>
    /// <returns>0, or -ENOSPC.</returns>
    internal static long PunchHole(FileNode* node, ulong start, ulong end)
    {
        ulong first = (start + PageSize - 1) / PageSize;
        ulong last = end / PageSize;
        if (first > last)
        {
            return Zero(node, start, end);
        }

        long result = Zero(node, start, first * PageSize);
        result = result < 0 ? result : Zero(node, last * PageSize, end);
        if (result < 0)
        {
            return result;
        }

        ulong archive = Math.Min(last, node->Pages.ArchivePages);
        for (ulong index = first; index < archive; index++)
        {
            nuint page = node->Pages.AddZeros(index, out bool isAdded);
            if (!isAdded)
            {
                return -Errno.ENOSPC;
            }

            if (page != 0)
            {
                Release(node, index, index + 1, &page, 1);
            }
        }

        Remove(node, Math.Max(first, archive), last);
        return 0;
    }

    /// <summary>Makes sure that a range has pages.</summary>
    /// <returns>0, or -ENOSPC; then the file has the pages that it had, unless the memory ran out before the space.</returns>
    internal static long Allocate(FileNode* node, ulong start, ulong end)
    {
        ulong first = start / PageSize;
        ulong behind = (end + PageSize - 1) / PageSize;
        if (behind - first > FileSpace.Total)
        {
            return -Errno.ENOSPC;
        }

        ulong needed = 0;
        for (ulong index = first; index < behind; index++)
        {
            needed += HasBytes(node, index) ? 0UL : 1;
        }

        if (needed > FileSpace.Free)
        {
            return -Errno.ENOSPC;
        }

        for (ulong index = first; index < behind; index++)
        {
            if (HasBytes(node, index))
            {
                // What is asked for a second time counts as written, as in the tmpfs of Linux.
                node->Pages.MarkWritten(index);
            }
            else if (!AddUnwritten(node, index))
            {
                return -Errno.ENOSPC;
            }
        }

        return 0;
    }

    /// <summary>lseek with SEEK_DATA: the first byte at or behind a position that is not in a hole.</summary>
    /// <returns>The position, or -ENXIO.</returns>
    internal static long FindData(FileNode* node, ulong position)
    {
        ulong index = position / PageSize;
        ulong archive = node->Pages.ArchivePages;
        while (true)
        {
            bool any = node->Pages.TryNext(index, out ulong next, out nuint entry);
            if (index < archive && (!any || next > index))
            {
                break;
            }

            if (!any)
            {
                return -Errno.ENXIO;
            }

            index = next;
            if (IsWritten(entry))
            {
                break;
            }

            index++;
        }

        ulong found = Math.Max(position, index * PageSize);
        return found < node->Size ? (long)found : -Errno.ENXIO;
    }

    /// <summary>lseek with SEEK_HOLE: the first byte at or behind a position that is in a hole; the end is one.</summary>
    internal static long FindHole(FileNode* node, ulong position)
    {
        ulong index = position / PageSize;
        while (index * PageSize < node->Size && HasData(node, index))
        {
            index++;
        }

        return (long)Math.Min(node->Size, Math.Max(position, index * PageSize));
    }

    /// <summary>The page of a file, for a mapping. Takes spin locks only.</summary>
    /// <param name="node">The file.</param>
    /// <param name="index">Which page.</param>
    /// <param name="page">Gets it, as the kernel sees it.</param>
    /// <returns>0; -ENXIO behind the end; -ENOMEM.</returns>
    internal static long TakePage(FileNode* node, ulong index, out byte* page)
    {
        page = null;
        if (index >= (Volatile.Read(ref node->Size) + PageSize - 1) / PageSize)
        {
            return -Errno.ENXIO;
        }

        page = MakePage(node, index, out bool isNew);
        if (page == null)
        {
            return -Errno.ENOMEM;
        }

        // If the file was made shorter meanwhile, its end was cleared before or is cleared here.
        ulong start = index * PageSize;
        ulong size = Volatile.Read(ref node->Size);
        if (isNew && size > start && size - start < PageSize)
        {
            new Span<byte>(page + (size - start), (int)(PageSize - (size - start))).Clear();
        }

        return 0;
    }

    // Where the bytes at a position are, and how many of those wanted; null for zeros.
    private static byte* Find(FileNode* node, ulong position, ref ulong count)
    {
        ulong offset = position % PageSize;
        nuint entry = node->Pages.Get(position / PageSize);
        count = Math.Min(count, PageSize - offset);
        if (PageIndex.PageOf(entry) != 0)
        {
            return (byte*)PageIndex.PageOf(entry) + offset;
        }

        if (entry == PageIndex.Zeros || position >= node->DataSize)
        {
            return null;
        }

        count = Math.Min(count, node->DataSize - position);
        return node->Data + position;
    }

    private static bool HasBytes(FileNode* node, ulong index)
    {
        nuint entry = node->Pages.Get(index);
        return entry > PageIndex.Zeros || (entry == 0 && index < node->Pages.ArchivePages);
    }

    private static bool HasData(FileNode* node, ulong index)
    {
        nuint entry = node->Pages.Get(index);
        return IsWritten(entry) || (entry == 0 && index < node->Pages.ArchivePages);
    }

    private static bool IsWritten(nuint entry) => entry > PageIndex.Zeros && (entry & PageIndex.Unwritten) == 0;

    // The file's own page: the one it has, or a new one with the bytes that were seen there so far.
    private static byte* MakePage(FileNode* node, ulong index, out bool isNew)
    {
        isNew = false;
        nuint entry = node->Pages.Get(index);
        if (entry > PageIndex.Zeros)
        {
            if ((entry & PageIndex.Unwritten) != 0)
            {
                node->Pages.MarkWritten(index);
            }

            return (byte*)PageIndex.PageOf(entry);
        }

        byte* page = (byte*)FileSpace.Take();
        if (page == null)
        {
            return null;
        }

        ulong start = index * PageSize;
        ulong dataSize = Volatile.Read(ref node->DataSize);
        if (entry == 0 && start < dataSize)
        {
            ulong bytes = Math.Min(PageSize, dataSize - start);
            Buffer.MemoryCopy(node->Data + start, page, bytes, bytes);
        }

        nuint now = node->Pages.Add(index, (nuint)page);
        isNew = now == (nuint)page;
        if (!isNew)
        {
            FileSpace.Give(page);
        }

        return (byte*)PageIndex.PageOf(now);
    }

    private static bool AddUnwritten(FileNode* node, ulong index)
    {
        nuint page = (nuint)FileSpace.Take();
        nuint now = page == 0 ? 0 : node->Pages.Add(index, page | PageIndex.Unwritten);
        if (page != 0 && PageIndex.PageOf(now) != page)
        {
            FileSpace.Give((void*)page);
        }

        return now != 0;
    }

    private static void Remove(FileNode* node, ulong first, ulong end)
    {
        nuint* pages = stackalloc nuint[Batch];
        int count;
        do
        {
            ulong from = first;
            count = node->Pages.TakeOut(ref first, end, pages, Batch);
            Release(node, from, count < Batch ? end : first, pages, count);
        }
        while (count == Batch);
    }

    // Pages that are in the index no more: out of the mappings, then free.
    private static void Release(FileNode* node, ulong first, ulong end, nuint* pages, int count)
    {
        if (count != 0 && node->Mappings != 0)
        {
            Unmap(node, first, end, false);
        }

        for (int i = 0; i < count; i++)
        {
            FileSpace.Give((void*)pages[i]);
        }
    }

    // Makes part of one page read as zeros.
    private static long Zero(FileNode* node, ulong start, ulong end)
    {
        end = Math.Min(end, node->Size);
        if (start >= end || !HasBytes(node, start / PageSize))
        {
            return 0;
        }

        bool isOwn = node->Pages.Get(start / PageSize) > PageIndex.Zeros;
        return !isOwn && MakePage(node, start / PageSize, out _) == null ? -Errno.ENOSPC : ClearPart(node, start, end);
    }

    // What was written behind the end through a mapping does not become part of the file when it grows.
    private static void ClearEnd(FileNode* node)
    {
        ulong inside = node->Size % PageSize;
        if (inside != 0 && node->Mappings != 0)
        {
            ClearPart(node, node->Size, node->Size - inside + PageSize);
        }
    }

    private static long ClearPart(FileNode* node, ulong start, ulong end)
    {
        nuint entry = start < end ? node->Pages.Get(start / PageSize) : 0;
        if (PageIndex.PageOf(entry) != 0)
        {
            new Span<byte>((byte*)PageIndex.PageOf(entry) + (start % PageSize), (int)(end - start)).Clear();
        }

        return 0;
    }
}
