using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Tests.Promises;

/// <summary>Memory, to the last page.</summary>
internal static unsafe class MemoryUse
{
    /// <summary>Takes every page, writes to it, and is told when there is none; nothing is handed out twice.</summary>
    internal static bool Exhaust()
    {
        ulong** last = null;
        ulong pages = 0;
        for (ulong** page; (page = (ulong**)Frames.TakePage()) != null; pages++)
        {
            if (page[0] != null) return false;
            page[0] = (ulong*)last;
            page[1] = (ulong*)pages;
            last = page;
        }
        Log.Line($"memory: {pages} pages");

        ulong left = pages;
        for (ulong** page = last; page != null; page = (ulong**)page[0])
        {
            if (page[1] != (ulong*)--left) return false;
        }
        return left == 0 && pages > 0;
    }
}
