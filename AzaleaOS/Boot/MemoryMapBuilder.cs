using System.Numerics;
using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Boot;

/// <summary>Makes one sorted memory map without overlaps out of whatever ranges a boot loader gives.</summary>
/// <remarks>
/// Ranges may come in any order and overlap: each byte gets the greatest <see cref="MemoryKind"/> that
/// claims it, but a claim by us (kernel, module, boot data) holds only where there is RAM. Only whole
/// 4 KiB frames stay usable.
/// </remarks>
internal struct MemoryMapBuilder
{
    private const int Capacity = MemoryRangeList.Capacity;
    private const int KindCount = (int)MemoryKind.Defective + 1;

    private MemoryRangeList _claims;
    private int _count;

    /// <summary>How many ranges were added.</summary>
    internal readonly int Count => _count;

    /// <summary>Forgets all that was added.</summary>
    internal void Clear() => _count = 0;

    /// <summary>Adds a range. Empty ranges are ignored; frames that it only touches are taken whole, or, if it is usable, left out.</summary>
    /// <returns>None, TooManyMemoryRanges or MemoryRangeWraps.</returns>
    internal BootError Add(ulong start, ulong length, MemoryKind kind, uint node = 0)
    {
        if (length == 0)
        {
            return BootError.None;
        }

        if (start + length < start && start + length != 0)
        {
            return BootError.MemoryRangeWraps;
        }

        // Firmware describes device space up to the end of 64 bits; nothing above the direct map is of use.
        ulong end = start + length - 1 >= MemoryMap.DirectMapSize ? MemoryMap.DirectMapSize : start + length;
        if (kind is MemoryKind.Usable)
        {
            start = PageSize.AlignUp(Math.Min(start, end), PageSize.Size4K);
            end = PageSize.AlignDown(end, PageSize.Size4K);
        }
        else
        {
            start = PageSize.AlignDown(start, PageSize.Size4K);
            end = PageSize.AlignUp(end, PageSize.Size4K);
        }

        if (start >= end)
        {
            return BootError.None;
        }

        if (_count == Capacity)
        {
            return BootError.TooManyMemoryRanges;
        }

        _claims[_count++] = new MemoryRange
        {
            Start = new PhysicalAddress(start),
            Length = end - start,
            Kind = kind,
            Node = node,
        };
        return BootError.None;
    }

    /// <summary>Writes the finished map.</summary>
    /// <returns>None or TooManyMemoryRanges.</returns>
    [SkipLocalsInit]
    internal readonly BootError Build(ref BootInfo info)
    {
        // Bounds are multiples of 4 KiB: in the bits below stand whose bound it is, and whether it is an end.
        const ulong Place = PageSize.Size4K - 1;
        Span<ulong> bounds = stackalloc ulong[2 * Capacity];
        ReadOnlySpan<MemoryRange> claims = _claims;
        int count = 0;
        for (int i = 0; i < _count; i++)
        {
            ulong place = (ulong)i << 1;
            InsertSorted(bounds, count++, claims[i].Start.Value | place);
            InsertSorted(bounds, count++, claims[i].End | place | 1);
        }

        // From bound to bound: how many claims of each kind hold, which kinds that are, and the last claim that says RAM.
        Span<int> holding = stackalloc int[KindCount];
        holding.Clear();
        uint kinds = 0;
        int ram = -1;
        info.MemoryCount = 0;
        for (int i = 0; i < count; i++)
        {
            ulong at = bounds[i] & ~Place;
            int place = (int)(bounds[i] & Place);
            MemoryKind kind = claims[place >> 1].Kind;
            holding[(int)kind] += 1 - (2 * (place & 1));
            kinds = holding[(int)kind] != 0 ? kinds | 1U << (int)kind : kinds & ~(1U << (int)kind);
            if (kind is MemoryKind.Usable)
            {
                ram = (place & 1) == 0 ? Math.Max(ram, place >> 1) : ram == place >> 1 ? LastRamAt(at) : ram;
            }

            if (kinds <= 1U << (int)MemoryKind.None || (bounds[i + 1] & ~Place) == at)
            {
                continue;
            }

            kind = (MemoryKind)BitOperations.Log2(kinds);
            bool isOurs = kind is MemoryKind.Kernel or MemoryKind.Module or MemoryKind.BootData;
            if ((ram >= 0 || !isOurs) && !Append(ref info, at, bounds[i + 1] & ~Place, kind, ram < 0 ? 0 : claims[ram].Node))
            {
                return BootError.TooManyMemoryRanges;
            }
        }

        return BootError.None;
    }

    private static void InsertSorted(Span<ulong> bounds, int count, ulong value)
    {
        int at = count;
        while (at > 0 && bounds[at - 1] > value)
        {
            bounds[at] = bounds[at - 1];
            at--;
        }

        bounds[at] = value;
    }

    // The last claim that says that an address is RAM; -1 if none does.
    private readonly int LastRamAt(ulong address)
    {
        for (int i = _count - 1; i >= 0; i--)
        {
            if (_claims[i].Kind is MemoryKind.Usable && address - _claims[i].Start.Value < _claims[i].Length)
            {
                return i;
            }
        }

        return -1;
    }

    private static bool Append(ref BootInfo info, ulong start, ulong end, MemoryKind kind, uint node)
    {
        if (info.MemoryCount > 0)
        {
            ref MemoryRange last = ref info.Memory[info.MemoryCount - 1];
            if (last.End == start && last.Kind == kind && last.Node == node)
            {
                last.Length += end - start;
                return true;
            }
        }

        if (info.MemoryCount == Capacity)
        {
            return false;
        }

        info.Memory[info.MemoryCount++] = new MemoryRange
        {
            Start = new PhysicalAddress(start),
            Length = end - start,
            Kind = kind,
            Node = node,
        };
        return true;
    }
}
