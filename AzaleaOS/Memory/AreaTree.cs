namespace AzaleaOS.Memory;

/// <summary>The areas of an address space, by address: a treap whose nodes know their neighbours and how much room there is below them.</summary>
/// <remarks>
/// Areas never overlap. Look-up, insertion, removal and the search for a free range take O(log n)
/// steps. Areas that touch, which is what a change of protection makes of one, leave no room between them: then nothing above them
/// in the tree has to be brought up to date.
/// Source: Seidel and Aragon, Randomized Search Trees, 1996.
/// </remarks>
internal unsafe struct AreaTree
{
    private Area* _root;
    private Area* _last;
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

        // Who changes an area looks it up several times, and who goes through all of them asks for the one behind it.
        Area* found = _found;
        if (found != null && address >= found->End)
        {
            found = found->Next;
        }

        if (found != null && address < found->End && (found->Previous == null || address >= found->Previous->End))
        {
            return _found = found;
        }

        found = null;
        for (Area* area = _root; area != null;)
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

        if (found != null)
        {
            _found = found;
        }

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
        ulong floor = low;
        for (Area* area = _root; area != null;)
        {
            if (area->Start < high)
            {
                floor = Math.Max(low, area->End);
                area = area->Right;
            }
            else
            {
                area = area->Left;
            }
        }

        if (floor < high && high - floor >= length)
        {
            return high - length;
        }

        Area* above = FindRoom(_root, high, length);
        return above != null && above->Start >= low + length ? above->Start - length : 0;
    }

    /// <summary>Adds an area where nothing is, as a part of a neighbour that is alike if there is one. The memory was reserved.</summary>
    internal void Add(in Area area)
    {
        fixed (Area* added = &area)
        {
            Area* upper = FirstEndingAfter(area.Start);
            Area* lower = upper == null ? _last : upper->Previous;
            if (lower != null && lower->IsContinuedBy(added))
            {
                SetEnd(lower, area.End);
                _ = TryJoin(lower);
            }
            else if (upper != null && added->IsContinuedBy(upper))
            {
                SetStart(upper, area.Start);
            }
            else
            {
                _ = Place(added, area.Start, area.End, lower, upper);
            }
        }
    }

    /// <summary>Cuts the area that lies across an address in two. The memory was reserved.</summary>
    internal void SplitAt(ulong address)
    {
        Area* area = Find(address);
        if (area != null)
        {
            _ = From(area, address);
        }
    }

    /// <summary>Cuts what lies outside of a range off an area that has a part of it. The memory for two was reserved.</summary>
    /// <returns>What is left.</returns>
    internal Area* Isolate(Area* area, ulong start, ulong end)
    {
        area = From(area, start);
        if (end < area->End)
        {
            _ = From(area, end);
        }

        return area;
    }

    /// <summary>The part of an area from an address on, as an area of its own.</summary>
    private Area* From(Area* area, ulong address)
    {
        if (address <= area->Start)
        {
            return area;
        }

        ulong end = area->End;
        area->End = address;
        return Place(area, address, end, area, area->Next);
    }

    /// <summary>Puts a new area between two.</summary>
    /// <param name="like">What it is like, but for its place.</param>
    /// <param name="start">Its first address.</param>
    /// <param name="end">The address behind its last.</param>
    /// <param name="lower">The area below, or null.</param>
    /// <param name="upper">The area above, or null.</param>
    private Area* Place(Area* like, ulong start, ulong end, Area* lower, Area* upper)
    {
        _revived = null;
        Area* added = _pool.Take();
        added->Start = start;
        added->End = end;
        added->Protection = like->Protection;
        added->Flags = like->Flags;
        added->Backing = like->Backing;
        added->BackingOffset = like->BackingOffset + (start - like->Start);
        added->Policy = like->Policy;
        if (added->Backing != null && FilePages.Retain != null)
        {
            FilePages.Retain(added->Backing, added->WritesFile);
        }

        Tie(lower, added);
        Tie(added, upper);

        // Knuth's numbers: the tree needs no secrets, only variety, and looks at the upper bits first.
        uint priority = _random = (_random * 1664525) + 1013904223;
        added->Priority = priority;
        ulong gap = added->Gap;
        Area* root = _root;
        Area** link = &root;
        Area* at = root;
        while (at != null && at->Priority >= priority)
        {
            if (at->LargestGap < gap)
            {
                at->LargestGap = gap;
            }

            link = start < at->Start ? &at->Left : &at->Right;
            at = *link;
        }

        // What was there goes below it, on either side.
        *link = added;
        _root = root;
        Area** below = &added->Left;
        Area** above = &added->Right;
        while (at != null)
        {
            if (at->Start < start)
            {
                *below = at;
                below = &at->Right;
                at = at->Right;
            }
            else
            {
                *above = at;
                above = &at->Left;
                at = at->Left;
            }
        }

        *below = *above = null;
        Update(added);
        Count++;
        return added;
    }

    /// <summary>Joins all areas that are alike and meet in a range, its ends included.</summary>
    internal void JoinBetween(ulong start, ulong end)
    {
        Area* area = FirstEndingAfter(start);
        if (area != null)
        {
            JoinFrom(area, end);
        }
    }

    /// <summary>Joins all areas that are alike and meet between the start of one and an address, both included.</summary>
    internal void JoinFrom(Area* area, ulong end)
    {
        if (area->Previous != null)
        {
            area = area->Previous;
        }

        while (area != null && area->End <= end)
        {
            area = TryJoin(area) ? area : area->Next;
        }
    }

    /// <summary>Joins an area with the next one, if they are alike.</summary>
    private bool TryJoin(Area* area)
    {
        Area* next = area->Next;
        if (next == null || !area->IsContinuedBy(next))
        {
            return false;
        }

        area->End = next->End;
        Free(next);
        return true;
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
            if (end < area->End)
            {
                _ = From(area, end);
            }

            SetEnd(area, start);
        }
    }

    /// <summary>Removes the areas of a range; none lies across its ends.</summary>
    internal void Remove(ulong start, ulong end)
    {
        Area* area = FirstEndingAfter(start);
        while (area != null && area->Start < end)
        {
            Area* next = area->Next;
            Free(area);
            area = next;
        }
    }

    /// <summary>Takes an area out.</summary>
    internal void Vacate(Area* area)
    {
        Settle();
        if (area->Backing != null)
        {
            Free(area);
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
            Free(area);
        }
    }

    private void Free(Area* area)
    {
        Area* upper = area->Next;
        _revived = null;
        _found = area->Previous;
        Tie(area->Previous, upper);
        Area* root = _root;
        Area** link = &root;
        for (Area* at = root; at != area; at = *link)
        {
            link = area->Start < at->Start ? &at->Left : &at->Right;
        }

        Area* left = area->Left;
        Area* right = area->Right;
        while (left != null && right != null)
        {
            ulong gap = Math.Max(left->LargestGap, right->LargestGap);
            if (left->Priority > right->Priority)
            {
                left->LargestGap = gap;
                *link = left;
                link = &left->Right;
                left = left->Right;
            }
            else
            {
                right->LargestGap = gap;
                *link = right;
                link = &right->Left;
                right = right->Left;
            }
        }

        *link = left == null ? right : left;
        _root = root;
        Count--;
        if (area->Backing != null && FilePages.Release != null)
        {
            FilePages.Release(area->Backing, area->WritesFile);
        }

        _pool.Return(area);
        NoteGap(upper);
    }

    /// <summary>Moves the end of an area; the way is free.</summary>
    internal void SetEnd(Area* area, ulong end)
    {
        _revived = null;
        area->End = end;
        NoteGap(area->Next);
    }

    /// <summary>Moves the start of an area, up, or down where the way is free.</summary>
    internal void SetStart(Area* area, ulong start)
    {
        _revived = null;
        area->BackingOffset += start - area->Start;
        area->Start = start;
        NoteGap(area);
    }

    /// <summary>Makes two areas neighbours; either may be null.</summary>
    private void Tie(Area* lower, Area* upper)
    {
        if (lower != null)
        {
            lower->Next = upper;
        }

        if (upper == null)
        {
            _last = lower;
        }
        else
        {
            upper->Previous = lower;
        }
    }

    /// <summary>Lets the tree know that there may be more room below an area than before.</summary>
    private readonly void NoteGap(Area* area)
    {
        if (area == null || area->LargestGap >= area->Gap)
        {
            return;
        }

        ulong gap = area->Gap;
        for (Area* at = _root; ; at = area->Start < at->Start ? at->Left : at->Right)
        {
            at->LargestGap = Math.Max(at->LargestGap, gap);
            if (at == area)
            {
                return;
            }
        }
    }

    /// <summary>The highest area that starts below an address and has so much room below it, or null.</summary>
    private static Area* FindRoom(Area* area, ulong high, ulong length)
    {
        if (area == null || area->LargestGap < length)
        {
            return null;
        }

        Area* found = null;
        if (area->Start < high)
        {
            found = area->Right != null && area->Right->LargestGap >= length ? FindRoom(area->Right, high, length) : null;
            if (found == null && area->Gap >= length)
            {
                found = area;
            }
        }

        if (found == null)
        {
            found = FindRoom(area->Left, high, length);
            if (found == null)
            {
                // It said more than there is.
                Update(area);
            }
        }

        return found;
    }

    private static void Update(Area* area)
    {
        ulong gap = area->Gap;
        if (area->Left != null)
        {
            gap = Math.Max(gap, area->Left->LargestGap);
        }

        if (area->Right != null)
        {
            gap = Math.Max(gap, area->Right->LargestGap);
        }

        area->LargestGap = gap;
    }
}
