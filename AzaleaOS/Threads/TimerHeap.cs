namespace AzaleaOS.Threads;

/// <summary>Timers, the earliest at hand: a pairing heap through the timers themselves.</summary>
/// <remarks>
/// Add is O(1), taking one off O(log n) amortised. Source: Fredman, Sedgewick, Sleator, Tarjan,
/// "The pairing heap", Algorithmica 1 (1986).
/// </remarks>
internal unsafe struct TimerHeap
{
    private KernelTimer* _root;

    /// <summary>The earliest; null if there is none.</summary>
    internal readonly KernelTimer* First => _root;

    /// <summary>Adds a timer that is in no heap.</summary>
    internal void Add(KernelTimer* timer)
    {
        timer->Child = null;
        timer->Sibling = null;
        timer->Previous = null;
        _root = Meld(_root, timer);
    }

    /// <summary>Takes a timer off that is in this heap.</summary>
    internal void Remove(KernelTimer* timer)
    {
        KernelTimer* rest = Pair(timer->Child);
        if (timer == _root)
        {
            _root = rest;
        }
        else
        {
            if (timer->Previous->Child == timer) timer->Previous->Child = timer->Sibling;
            else timer->Previous->Sibling = timer->Sibling;
            if (timer->Sibling != null) timer->Sibling->Previous = timer->Previous;
            _root = Meld(_root, rest);
        }
        timer->Child = null;
        timer->Sibling = null;
        timer->Previous = null;
    }

    /// <summary>Makes one heap of two; either may be empty. Both are roots without siblings.</summary>
    private static KernelTimer* Meld(KernelTimer* a, KernelTimer* b)
    {
        if (a == null) return b;
        if (b == null) return a;
        KernelTimer* upper = b->When < a->When ? b : a;
        KernelTimer* lower = upper == a ? b : a;
        lower->Previous = upper;
        lower->Sibling = upper->Child;
        if (upper->Child != null) upper->Child->Previous = lower;
        upper->Child = lower;
        upper->Sibling = null;
        upper->Previous = null;
        return upper;
    }

    /// <summary>Melds siblings: two at a time from the left, then all from the right. Without recursion.</summary>
    private static KernelTimer* Pair(KernelTimer* first)
    {
        KernelTimer* pairs = null;
        while (first != null)
        {
            KernelTimer* second = first->Sibling;
            KernelTimer* next = second == null ? null : second->Sibling;
            first->Sibling = null;
            first->Previous = null;
            if (second != null)
            {
                second->Sibling = null;
                second->Previous = null;
            }
            KernelTimer* melded = Meld(first, second);
            melded->Sibling = pairs;
            pairs = melded;
            first = next;
        }
        KernelTimer* all = null;
        while (pairs != null)
        {
            KernelTimer* next = pairs->Sibling;
            pairs->Sibling = null;
            all = Meld(all, pairs);
            pairs = next;
        }
        return all;
    }
}
