namespace AzaleaOS.Memory;

/// <summary>The areas of an address space, by address: a treap whose nodes sum up their subtrees.</summary>
/// <remarks>
/// Areas never overlap. Look-up, insertion, removal and the search for a free range take O(log n)
/// steps. A treap, because everything is made of two short operations, split and merge.
/// Source: Seidel and Aragon, Randomized Search Trees, 1996.
/// </remarks>
internal unsafe struct AreaTree
{
    private Area* _root;
    private ObjectPool<Area> _pool;
    private Area* _vacant;
    private Area* _revived;
    private Area* _found;
    private uint _random;

    /// <summary>How many areas there are.</summary>
    internal int Count { get; private set; }

    /// <summary>Makes sure that the next new areas need no memory.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal bool Reserve(int areas) => _pool.Reserve(areas);

    /// <summary>
    /// The area that was the last to go, if nothing was looked up or changed since; else null. It is still in the tree, where
    /// only this and <see cref="Revive"/> see it.
    /// </summary>
    /// <remarks>Programs that map and unmap a buffer again and again are spared two changes of the tree each time.</remarks>
    internal readonly Area* Vacant => _vacant;

    /// <summary>The area that <see cref="Revive"/> put back, as long as no area was made, cut or removed since; else null.</summary>
    internal readonly Area* Revived => _revived;

    /// <summary>Puts <see cref="Vacant"/> back.</summary>
    internal void Revive()
    {
        _revived = _vacant;
        _vacant = null;
        Count++;
    }

    /// <summary>The area with this address, or null.</summary>
    internal Area* Find(ulong address)
    {
        Area* area = FirstEndingAfter(address);
        return area != null && area->Start <= address ? area : null;
    }

    /// <summary>The lowest area that ends behind this address, or null.</summary>
    internal Area* FirstEndingAfter(ulong address)
    {
        if (_vacant != null)
        {
            Settle();
        }

        // Who changes an area looks it up several times.
        Area* found = _found;
        if (found != null && address >= found->Start && address < found->End)
        {
            return found;
        }

        // Who goes through all of them asks for the one behind it, which is often below it.
        Area* from = found != null && address == found->End && found->Right != null ? found->Right : _root;
        found = null;
        for (Area* area = from; area != null;)
        {
            if (address < area->End)
            {
                found = area;
                area = area->Left;
            }
            else
            {
                area = area->Right;
            }
        }

        _found = found;
        return found;
    }

    /// <summary>The highest free range of this length.</summary>
    /// <param name="low">Not below this address.</param>
    /// <param name="high">Not behind this address.</param>
    /// <param name="length">Bytes, not 0.</param>
    /// <returns>Its first address, or 0 when there is none.</returns>
    internal ulong FindGap(ulong low, ulong high, ulong length)
    {
        Settle();
        return FindGap(_root, low, high, length);
    }

    /// <summary>Adds an area where nothing is, as a part of a neighbour that is alike if there is one. The memory was reserved.</summary>
    internal void Add(in Area area)
    {
        fixed (Area* added = &area)
        {
            Area* lower = Find(area.Start - 1);
            Area* upper = Find(area.End);
            if (lower != null && lower->IsContinuedBy(added))
            {
                SetEnd(lower, area.End);
                if (upper != null)
                {
                    JoinAt(area.End);
                }
            }
            else if (upper != null && added->IsContinuedBy(upper))
            {
                SetStart(upper, area.Start);
            }
            else
            {
                Insert(area);
            }
        }
    }

    /// <summary>Adds an area where nothing is. The memory was reserved.</summary>
    internal void Insert(in Area area)
    {
        Settle();
        _ = Place(area, null);
        RefreshPath(_root, area.Start);
    }

    /// <summary>Cuts the area that lies across an address in two. The memory was reserved.</summary>
    internal void SplitAt(ulong address)
    {
        Area* area = Find(address);
        if (area == null || area->Start == address)
        {
            return;
        }

        Area upper = *area;
        upper.Start = address;
        upper.BackingOffset += address - area->Start;
        area->End = address;

        // Above the two nothing has changed.
        if (Place(upper, area))
        {
            RefreshPath(area, address);
        }
    }

    /// <summary>Puts a new area where it belongs, without bringing up to date what is above it.</summary>
    /// <returns>Whether it came to lie below <paramref name="lower"/>.</returns>
    private bool Place(in Area area, Area* lower)
    {
        _revived = null;
        Area* added = _pool.Take();
        *added = area;
        added->Priority = NextRandom();
        if (area.Backing != null && FilePages.Retain != null)
        {
            FilePages.Retain(area.Backing, area.WritesFile);
        }

        bool isBelow = false;
        fixed (Area** root = &_root)
        {
            Area** link = root;
            for (Area* at = *link; at != null && at->Priority >= added->Priority; at = *link)
            {
                isBelow |= at == lower;
                link = area.Start < at->Start ? &at->Left : &at->Right;
            }

            Split(*link, area.Start, out added->Left, out added->Right);
            Update(added);
            *link = added;
        }

        Count++;
        return isBelow;
    }

    /// <summary>Joins the two areas that meet at an address, if they are alike.</summary>
    /// <returns>The lowest area that ends behind the address, or null.</returns>
    internal Area* JoinAt(ulong address)
    {
        Settle();

        // One walk finds both of them.
        Area* lower = null;
        Area* upper = null;
        for (Area* area = _root; area != null;)
        {
            if (area->Start < address)
            {
                lower = area;
                area = area->Right;
            }
            else
            {
                upper = area;
                area = area->Left;
            }
        }

        if (lower == null || lower->End < address)
        {
            return upper;
        }

        if (upper != null && upper->Start == address && lower->IsContinuedBy(upper))
        {
            // Removing brings up to date what is on the way to the address, which the lower one is.
            lower->End = upper->End;
            Remove(address, upper->End);
        }

        return lower->End > address ? lower : upper;
    }

    /// <summary>Takes a range out of an area that holds all of it. The memory for one more area was reserved.</summary>
    internal void CutOut(Area* area, ulong start, ulong end)
    {
        if (area->Start == start && area->End == end)
        {
            Vacate(area);
        }
        else if (area->Start == start)
        {
            SetStart(area, end);
        }
        else
        {
            SplitAt(end);
            SetEnd(area, start);
        }
    }

    /// <summary>Removes the areas of a range; none lies across its ends.</summary>
    internal void Remove(ulong start, ulong end)
    {
        Settle();
        RemoveNodes(start, end);
    }

    /// <summary>Takes an area out.</summary>
    internal void Vacate(Area* area)
    {
        Settle();
        if (area->Backing != null)
        {
            RemoveNodes(area->Start, area->End);
            return;
        }

        _vacant = area;
        _revived = _found = null;
        Count--;
    }

    /// <summary>Takes the area that is vacant out of the tree, so that the tree says what there is.</summary>
    private void Settle()
    {
        if (_vacant != null)
        {
            Area* area = _vacant;
            _vacant = null;
            Count++;
            RemoveNodes(area->Start, area->End);
        }
    }

    private void RemoveNodes(ulong start, ulong end)
    {
        _revived = _found = null;
        Split(_root, start, out Area* below, out Area* rest);
        Split(rest, end, out Area* inside, out Area* above);
        _root = Merge(below, above);
        Free(inside);
    }

    /// <summary>Moves the end of an area; the way is free.</summary>
    internal void SetEnd(Area* area, ulong end)
    {
        _revived = null;
        area->End = end;
        RefreshPath(_root, area->Start);
    }

    /// <summary>Moves the start of an area, up, or down where the way is free.</summary>
    internal void SetStart(Area* area, ulong start)
    {
        _revived = null;
        area->BackingOffset += start - area->Start;
        area->Start = start;
        RefreshPath(_root, start);
    }

    // The areas between low and high are those of the subtree: without one, all between is free.
    private static ulong FindGap(Area* area, ulong low, ulong high, ulong length)
    {
        if (high <= low || high - low < length)
        {
            return 0;
        }

        if (area == null)
        {
            return high - length;
        }

        if (area->LargestGap < length && !Fits(low, area->Low, length) && !Fits(area->High, high, length))
        {
            return 0;
        }

        ulong found = FindGap(area->Right, Math.Max(low, area->End), high, length);
        return found != 0 ? found : FindGap(area->Left, low, Math.Min(high, area->Start), length);
    }

    private static bool Fits(ulong low, ulong high, ulong length) => low < high && high - low >= length;

    private static void Split(Area* area, ulong address, out Area* below, out Area* above)
    {
        if (area == null)
        {
            below = above = null;
        }
        else if (area->Start < address)
        {
            Split(area->Right, address, out area->Right, out above);
            Update(area);
            below = area;
        }
        else
        {
            Split(area->Left, address, out below, out area->Left);
            Update(area);
            above = area;
        }
    }

    private static Area* Merge(Area* below, Area* above)
    {
        if (below == null || above == null)
        {
            return below == null ? above : below;
        }

        if (below->Priority > above->Priority)
        {
            below->Right = Merge(below->Right, above);
            Update(below);
            return below;
        }

        above->Left = Merge(below, above->Left);
        Update(above);
        return above;
    }

    private static void RefreshPath(Area* area, ulong start)
    {
        if (area->Start != start)
        {
            RefreshPath(start < area->Start ? area->Left : area->Right, start);
        }

        Update(area);
    }

    private static void Update(Area* area)
    {
        Area* left = area->Left;
        Area* right = area->Right;
        area->Low = left == null ? area->Start : left->Low;
        area->High = right == null ? area->End : right->High;
        ulong gap = 0;
        if (left != null)
        {
            gap = Math.Max(left->LargestGap, area->Start - left->High);
        }

        if (right != null)
        {
            gap = Math.Max(gap, Math.Max(right->LargestGap, right->Low - area->End));
        }

        area->LargestGap = gap;
    }

    private void Free(Area* area)
    {
        if (area != null)
        {
            Free(area->Left);
            Free(area->Right);
            Count--;
            if (area->Backing != null && FilePages.Release != null)
            {
                FilePages.Release(area->Backing, area->WritesFile);
            }

            _pool.Return(area);
        }
    }

    private uint NextRandom()
    {
        // xorshift32 (Marsaglia, 2003): the tree needs no secrets, only variety.
        uint value = _random == 0 ? 2463534242 : _random;
        value ^= value << 13;
        value ^= value >> 17;
        value ^= value << 5;
        return _random = value;
    }
}
