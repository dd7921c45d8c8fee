using System.Runtime.CompilerServices;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>The pages of one file by their number: a radix tree of as many levels as the last page needs.</summary>
/// <remarks>
/// An entry is a page's address in the kernel, perhaps with <see cref="Unwritten"/> or <see cref="Dirty"/>, or <see cref="Zeros"/>, or nothing. Guarded by its own lock, under which
/// nothing but pools and the frame allocator is called, so that a page fault can look here. A file of one page
/// needs no node.
/// </remarks>
internal unsafe struct PageIndex
{
    /// <summary>An entry that says: zeros, whatever the archive had here.</summary>
    internal const nuint Zeros = 1;

    /// <summary>Added to a page's address: it was asked for (fallocate), and nothing was written to it. Holes are where such pages are, too.</summary>
    internal const nuint Unwritten = 2;

    /// <summary>Added to the address of a foreign file's page: it was written to, and the file has to get it.</summary>
    internal const nuint Dirty = 4;

    private const int Shift = 6;
    private const int Fanout = 1 << Shift;

    // Ten levels hold every page number: 2^52 pages are 2^64 bytes.
    private const int LargestHeight = 10;

    private static SharedPool<Node> s_nodes;

    private SpinLock _lock;
    private int _height;
    private nuint _root;
    private ulong _pages;
    private ulong _archivePages;
    private ulong _hidden;

    /// <summary>No entry at all.</summary>
    internal readonly bool IsEmpty => _root == 0;

    /// <summary>Pages that the file occupies: its own, and those of the archive that it did not replace.</summary>
    internal readonly ulong Occupied => _pages + _archivePages - _hidden;

    /// <summary>Pages of which the archive has bytes. It shrinks only when there are no entries between.</summary>
    internal ulong ArchivePages
    {
        readonly get => _archivePages;
        set
        {
            _lock.Enter();
            _archivePages = value;
            _lock.Exit();
        }
    }

    /// <summary>Forgets all nodes.</summary>
    internal static void Initialize() => s_nodes = default;

    /// <summary>The entry of a page; 0 for none.</summary>
    internal nuint Get(ulong index)
    {
        _lock.Enter();
        nuint* place = Find(index);
        nuint entry = place == null ? 0 : *place;
        _lock.Exit();
        return entry;
    }

    /// <summary>Puts an entry in, if none is there or only zeros.</summary>
    /// <param name="index">Where.</param>
    /// <param name="entry">A page or <see cref="Zeros"/>.</param>
    /// <returns>What is there now: the page that was there, or the new entry; 0 when memory is exhausted.</returns>
    internal nuint Add(ulong index, nuint entry)
    {
        _lock.Enter();
        nuint* place = Make(index);
        if (place != null)
        {
            if (*place <= Zeros)
            {
                Put(index, place, entry);
            }

            entry = *place;
        }

        _lock.Exit();
        return place == null ? 0 : entry;
    }

    /// <summary>A page, if there is one, counts as written.</summary>
    internal void MarkWritten(ulong index)
    {
        _lock.Enter();
        nuint* place = Find(index);
        if (place != null)
        {
            *place &= ~Unwritten;
        }

        _lock.Exit();
    }

    /// <summary>A page, if there is one, counts as dirty.</summary>
    /// <returns>Its entry as it was; 0 for none.</returns>
    internal nuint MarkDirty(ulong index)
    {
        _lock.Enter();
        nuint* place = Find(index);
        nuint old = place == null ? 0 : *place;
        if (old != 0)
        {
            *place |= Dirty;
        }

        _lock.Exit();
        return old;
    }

    /// <summary>A page counts as dirty no more.</summary>
    /// <returns>The page if it was dirty; else 0.</returns>
    internal nuint Clean(ulong index)
    {
        _lock.Enter();
        nuint* place = Find(index);
        nuint page = place != null && (*place & Dirty) != 0 ? PageOf(*place) : 0;
        if (page != 0)
        {
            *place &= ~Dirty;
        }

        _lock.Exit();
        return page;
    }

    /// <summary>Takes one entry out unless it is dirty.</summary>
    /// <returns>The page; 0 if it stays, or there is none.</returns>
    internal nuint TakeOutClean(ulong index)
    {
        _lock.Enter();
        nuint* place = Find(index);
        nuint page = place != null && (*place & Dirty) == 0 ? PageOf(*place) : 0;
        if (page != 0)
        {
            Clear(index);
            _pages--;
        }

        _lock.Exit();
        return page;
    }

    /// <summary>The page of an entry; 0 for none.</summary>
    internal static nuint PageOf(nuint entry) => entry & ~(Zeros | Unwritten | Dirty);

    /// <summary>Puts <see cref="Zeros"/> in, whatever is there.</summary>
    /// <returns>The page that was there; 0 for none. Without memory for the entry nothing changes.</returns>
    internal nuint AddZeros(ulong index, out bool isAdded)
    {
        _lock.Enter();
        nuint* place = Make(index);
        nuint old = place == null ? 0 : *place;
        isAdded = place != null;
        if (isAdded)
        {
            Put(index, place, Zeros);
        }

        _lock.Exit();
        return PageOf(old);
    }

    /// <summary>Takes entries out, in order, until there are no more or the buffer is full.</summary>
    /// <param name="first">The first page; afterwards, where to go on.</param>
    /// <param name="end">Behind the last one.</param>
    /// <param name="pages">Gets the pages among them.</param>
    /// <param name="room">How many fit.</param>
    /// <returns>How many pages were taken out; fewer than fit only at the end.</returns>
    internal int TakeOut(ref ulong first, ulong end, nuint* pages, int room)
    {
        int count = 0;
        _lock.Enter();
        while (count < room && Next(_root, _height, first, out ulong found) && found < end)
        {
            nuint entry = Clear(found);
            if (entry > Zeros)
            {
                pages[count++] = PageOf(entry);
                _pages--;
            }

            _hidden -= found < _archivePages ? 1UL : 0;
            first = found + 1;
        }

        _lock.Exit();
        return count;
    }

    /// <summary>The first entry at or behind a page.</summary>
    /// <returns>False if there is none.</returns>
    internal bool TryNext(ulong index, out ulong found, out nuint entry)
    {
        _lock.Enter();
        bool any = Next(_root, _height, index, out found);
        entry = any ? *Find(found) : 0;
        _lock.Exit();
        return any;
    }

    private static bool Next(nuint at, int height, ulong index, out ulong found)
    {
        found = 0;
        if (at == 0 || !Holds(height, index))
        {
            return false;
        }

        if (height == 0)
        {
            return true;
        }

        Node* node = (Node*)at;
        int shift = Shift * (height - 1);
        ulong inside = index & ((1UL << shift) - 1);
        for (int slot = (int)(index >> shift); slot < Fanout; slot++)
        {
            if (Next(*Slot(node, slot), height - 1, inside, out found))
            {
                found |= (ulong)slot << shift;
                return true;
            }

            inside = 0;
        }

        return false;
    }

    private static bool Holds(int height, ulong index) => Shift * height >= 64 || index >> (Shift * height) == 0;

    private static int SlotOf(ulong index, int height) => (int)(index >> (Shift * (height - 1))) & (Fanout - 1);

    private static nuint* Slot(Node* node, int slot) => (nuint*)&node->Slots + slot;

    // The count lies in front of the slots.
    private static Node* NodeOf(nuint* place, ulong index) => (Node*)((ulong*)(place - SlotOf(index, 1)) - 1);

    private nuint* Find(ulong index)
    {
        if (!Holds(_height, index))
        {
            return null;
        }

        nuint* place = (nuint*)Unsafe.AsPointer(ref _root);
        for (int height = _height; height > 0 && *place != 0; height--)
        {
            place = Slot((Node*)*place, SlotOf(index, height));
            if (height == 1)
            {
                return place;
            }
        }

        return _height == 0 ? place : null;
    }

    private nuint* Make(ulong index)
    {
        while (!Holds(_height, index))
        {
            if (_root != 0)
            {
                Node* above = s_nodes.Take();
                if (above == null)
                {
                    return null;
                }

                *Slot(above, 0) = _root;
                above->Used = 1;
                _root = (nuint)above;
            }

            _height++;
        }

        nuint** path = stackalloc nuint*[LargestHeight + 1];
        nuint* place = (nuint*)Unsafe.AsPointer(ref _root);
        for (int height = _height; height > 0; height--)
        {
            path[height] = place;
            if (*place == 0)
            {
                *place = (nuint)s_nodes.Take();
                if (*place == 0)
                {
                    FreeEmpty(path, height + 1);
                    return null;
                }

                if (height < _height)
                {
                    ((Node*)*path[height + 1])->Used++;
                }
            }

            place = Slot((Node*)*place, SlotOf(index, height));
        }

        return place;
    }

    private void Put(ulong index, nuint* place, nuint entry)
    {
        if (*place == 0)
        {
            _hidden += index < _archivePages ? 1UL : 0;
            if (_height > 0)
            {
                NodeOf(place, index)->Used++;
            }
        }

        _pages += entry > Zeros ? 1UL : 0;
        _pages -= *place > Zeros ? 1UL : 0;
        *place = entry;
    }

    // Takes an entry out, and the nodes that are empty then.
    private nuint Clear(ulong index)
    {
        nuint** path = stackalloc nuint*[LargestHeight + 1];
        nuint* place = (nuint*)Unsafe.AsPointer(ref _root);
        for (int height = _height; height > 0; height--)
        {
            path[height] = place;
            place = Slot((Node*)*place, SlotOf(index, height));
        }

        nuint entry = *place;
        *place = 0;
        if (_height > 0)
        {
            ((Node*)*path[1])->Used--;
        }

        FreeEmpty(path, 1);
        return entry;
    }

    // Gives back the nodes on a path that hold nothing, from a height upwards.
    private void FreeEmpty(nuint** path, int height)
    {
        for (; height <= _height && ((Node*)*path[height])->Used == 0; height++)
        {
            s_nodes.Return((Node*)*path[height]);
            *path[height] = 0;
            if (height < _height)
            {
                ((Node*)*path[height + 1])->Used--;
            }
        }

        if (_root == 0)
        {
            _height = 0;
        }
    }

    private struct Node
    {
        internal ulong Used;
        internal SlotArray Slots;
    }

    [InlineArray(Fanout)]
    private struct SlotArray
    {
        private nuint _first;
    }
}
