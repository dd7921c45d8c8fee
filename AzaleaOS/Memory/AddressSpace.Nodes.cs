using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>Which NUMA nodes the application's memory comes from, is on, and moves to.</summary>
/// <remarks>
/// Pages of files stay where they are, and so do those of shared memory: futexes are known by their physical addresses.
/// Source: Linux, mm/mempolicy.c and mm/migrate.c.
/// </remarks>
internal unsafe partial struct AddressSpace
{
    /// <summary>mbind.</summary>
    /// <param name="start">A multiple of the page size.</param>
    /// <param name="end">The address after the range.</param>
    /// <param name="policy">Where frames come from, from now on.</param>
    /// <param name="moves">Whether pages on other nodes move.</param>
    /// <param name="isStrict">Whether pages that stay on other nodes are an error.</param>
    /// <returns>0; -EFAULT where the range has holes; -EIO; -ENOMEM.</returns>
    internal long SetPolicy(ulong start, ulong end, in MemoryPolicy policy, bool moves, bool isStrict)
    {
        // As in Linux, holes do not matter where a policy is taken back.
        if (policy.IsDefault ? IsFree(start, end - start) : !IsMapped(start, end))
        {
            return -Errno.EFAULT;
        }

        // Nobody has touched what was provided ahead of time.
        moves |= _mode == PopulateMode.Eager;
        ulong allowed = policy.Nodes == 0 ? ulong.MaxValue : policy.Nodes;
        if (isStrict && !moves && MoveAway(start, end, allowed, 0) != 0)
        {
            return -Errno.EIO;
        }

        for (Area* area = _areas.FirstEndingAfter(start); area != null && area->Start < end; area = _areas.FirstEndingAfter(area->End))
        {
            if (!_areas.Reserve(2))
            {
                return -Errno.ENOMEM;
            }

            area = _areas.Isolate(area, start, end);
            area->Policy = policy;
        }

        _areas.JoinBetween(start, end);
        return moves && MoveAway(start, end, allowed, policy.Nodes) != 0 && isStrict ? -Errno.EIO : 0;
    }

    /// <summary>set_mempolicy_home_node.</summary>
    /// <returns>0; -ENOENT where nothing in the range has a policy; -EOPNOTSUPP where it is one without order.</returns>
    internal long SetHomeNode(ulong start, ulong end, int node)
    {
        long result = -Errno.ENOENT;
        for (Area* area = _areas.FirstEndingAfter(start); area != null && area->Start < end; area = _areas.FirstEndingAfter(area->End))
        {
            if (area->Policy.IsDefault)
            {
                continue;
            }

            if (area->Policy.Mode is not (MemoryPolicy.Bind or MemoryPolicy.PreferredMany))
            {
                return -Errno.EOPNOTSUPP;
            }

            if (!_areas.Reserve(2))
            {
                return -Errno.ENOMEM;
            }

            area = _areas.Isolate(area, start, end);
            area->Policy.HomePlusOne = node + 1;
            result = 0;
        }

        _areas.JoinBetween(start, end);
        return result;
    }

    /// <summary>The policy of the area with an address.</summary>
    /// <returns>False if there is none.</returns>
    internal bool TryGetPolicy(ulong address, out MemoryPolicy policy)
    {
        Area* area = _areas.Find(address);
        policy = area == null ? default : area->Policy;
        return area != null;
    }

    /// <summary>The node of the page with an address, which is provided if it is owed.</summary>
    /// <returns>The node, or -EFAULT.</returns>
    internal long ProvideOnNode(ulong address)
        => ServeFault(address, Protection.Read) == FaultOutcome.Served ? _pages.NodeOf(_pages.Query(address & ~(PageSize - 1), out _).Frame) : -Errno.EFAULT;

    /// <summary>move_pages for one page.</summary>
    /// <param name="address">An address in it.</param>
    /// <param name="target">The node it shall be on; -1 to ask only.</param>
    /// <returns>The node it is on now; -EFAULT, -ENOENT where there is no page, -EBUSY where it cannot move, -ENOMEM.</returns>
    internal long MovePage(ulong address, int target)
    {
        ulong start = address & ~(PageSize - 1);
        Area* area = _areas.Find(start);
        if (area == null)
        {
            return -Errno.EFAULT;
        }

        UserPage page = _pages.Query(start, out _);
        if (!page.IsPresent)
        {
            return -Errno.ENOENT;
        }

        int node = _pages.NodeOf(page.Frame);
        if (target < 0 || target == node)
        {
            return node;
        }

        if (page.IsBorrowed || area->IsShared || (area->Flags & (AreaFlags.Sealed | AreaFlags.Huge)) != 0)
        {
            return -Errno.EBUSY;
        }

        return _pages.Relocate(start, area->Protection, target) ? target : -Errno.ENOMEM;
    }

    /// <summary>Moves the pages of all nodes but some to others, or counts them.</summary>
    /// <param name="start">The first address.</param>
    /// <param name="end">The address after the range.</param>
    /// <param name="staying">A bit for each node whose pages stay.</param>
    /// <param name="targets">A bit for each node that pages move to: those of the n-th node that they leave to the n-th. 0: none moves.</param>
    /// <returns>How many are still there.</returns>
    internal long MoveAway(ulong start, ulong end, ulong staying, ulong targets)
    {
        long left = 0;
        for (ulong at = start; at < end;)
        {
            UserPage page = _pages.Query(at, out ulong alike);
            if (!page.IsPresent)
            {
                at += alike;
                continue;
            }

            int node = _pages.NodeOf(page.Frame);
            if ((staying >> node & 1) == 0)
            {
                ulong before = ~staying & ((1UL << node) - 1);
                bool isMoved = targets != 0 && MovePage(at, NodePlacement.NodeInTurn(targets, (ulong)System.Numerics.BitOperations.PopCount(before))) >= 0;
                left += isMoved ? 0 : 1;
            }

            at += PageSize;
        }

        return left;
    }
}
