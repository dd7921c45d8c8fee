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
        Span<ulong> bounds = stackalloc ulong[2 * Capacity];
        int count = 0;
        for (int i = 0; i < _count; i++)
        {
            InsertSorted(bounds, count++, _claims[i].Start.Value);
            InsertSorted(bounds, count++, _claims[i].End);
        }

        info.MemoryCount = 0;
        for (int i = 0; i + 1 < count; i++)
        {
            if (bounds[i] == bounds[i + 1])
            {
                continue;
            }

            MemoryKind kind = KindAt(bounds[i], out uint node);
            if (kind is not MemoryKind.None && !Append(ref info, bounds[i], bounds[i + 1], kind, node))
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

    private readonly MemoryKind KindAt(ulong address, out uint node)
    {
        MemoryKind kind = MemoryKind.None;
        bool isRam = false;
        node = 0;
        ReadOnlySpan<MemoryRange> claims = _claims;
        foreach (ref readonly MemoryRange claim in claims[.._count])
        {
            if (address - claim.Start.Value >= claim.Length)
            {
                continue;
            }

            if (claim.Kind is MemoryKind.Usable)
            {
                isRam = true;
                node = claim.Node;
            }

            kind = claim.Kind > kind ? claim.Kind : kind;
        }

        bool isOurs = kind is MemoryKind.Kernel or MemoryKind.Module or MemoryKind.BootData;
        return isOurs && !isRam ? MemoryKind.None : kind;
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
