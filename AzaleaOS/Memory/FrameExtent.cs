using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>A range of RAM that one <see cref="FrameAllocator"/> hands out, with the metadata of its frames.</summary>
/// <remarks>
/// <para>
/// The range begins with its own metadata: one byte for each group of 4096 frames, then one byte for
/// each frame. Room for it is set aside at boot, but nothing is written: bytes become valid when the
/// frames they describe leave the untouched part of the range, and the 4096 bytes of a group only
/// when a block inside that group is first split. So the cost of boot does not depend on its length.
/// </para>
/// <para>
/// Below <see cref="Untouched"/> every frame belongs to a block, and the byte of the block's first
/// frame says whether it is free or taken, and its order; the other bytes of the block are 0. The byte
/// of the first frame of a group is the group's own byte, which also says whether the group's frame
/// bytes are valid: a block of 16 MiB or more needs no frame bytes.
/// </para>
/// Written by: the holder of the allocator's lock.
/// </remarks>
internal unsafe struct FrameExtent
{
    /// <summary>Frames in a group: as many as one frame of metadata describes.</summary>
    internal const int GroupShift = 12;

    /// <summary>The block is free. The low five bits are its order.</summary>
    internal const byte Free = 0x20;

    /// <summary>The block is taken. The low five bits are its order.</summary>
    internal const byte Taken = 0x40;

    /// <summary>A range shorter than this is not worth its page tables and is left alone: 16 frames.</summary>
    internal const ulong MinimumLength = 16 * PageSize.Size4K;

    private const byte HasFrameBytes = 0x80;
    private const ulong GroupFrames = 1UL << GroupShift;

    private ulong _metadata;
    private ulong _groupCount;

    /// <summary>The first frame that can be handed out.</summary>
    internal ulong First;

    /// <summary>The first frame of the part that was never handed out.</summary>
    internal ulong Untouched;

    /// <summary>The first frame the direct map does not show yet.</summary>
    internal ulong Opened;

    /// <summary>The frame after the last.</summary>
    internal ulong End;

    /// <summary>Sets the extent up. Touches none of the memory.</summary>
    internal void Initialise(ulong start, ulong end)
    {
        ulong firstFrame = start >> PageSize.Shift4K;
        End = end >> PageSize.Shift4K;
        _metadata = start;
        _groupCount = ((End - 1) >> GroupShift) - (firstFrame >> GroupShift) + 1;
        ulong bytes = _groupCount + (End - firstFrame);
        First = firstFrame + (PageSize.AlignUp(bytes, PageSize.Size4K) >> PageSize.Shift4K);
        Untouched = First;
        Opened = firstFrame;
    }

    /// <summary>Frames that hold the metadata.</summary>
    internal readonly ulong MetadataFrames => First - MetadataFirst;

    private readonly ulong MetadataFirst => _metadata >> PageSize.Shift4K;

    /// <summary>Whether a block of 2^order frames lies in the touched part.</summary>
    internal readonly bool IsTouched(ulong frame, int order) => frame >= First && frame + (1UL << order) <= Untouched;

    /// <summary>Whether a frame is one that this extent hands out.</summary>
    internal readonly bool Contains(ulong frame) => frame >= First && frame < End;

    /// <summary>The byte of a touched frame: <see cref="Free"/> or <see cref="Taken"/> with the order, or 0 inside a block.</summary>
    internal readonly byte State(ulong frame, ulong directMap)
    {
        byte group = *Group(frame, directMap);
        if ((frame & (GroupFrames - 1)) == 0)
        {
            return (byte)(group & ~HasFrameBytes);
        }

        return (group & HasFrameBytes) == 0 ? (byte)0 : *Frame(frame, directMap);
    }

    /// <summary>Sets the byte of a touched frame.</summary>
    internal readonly void SetState(ulong frame, byte state, ulong directMap)
    {
        byte* group = Group(frame, directMap);
        if ((frame & (GroupFrames - 1)) == 0)
        {
            *group = (byte)((*group & HasFrameBytes) | state);
            return;
        }

        if ((*group & HasFrameBytes) == 0)
        {
            if (state == 0)
            {
                return;
            }

            ClearFrameBytes(frame, directMap);
            *group |= HasFrameBytes;
        }

        *Frame(frame, directMap) = state;
    }

    /// <summary>Sets the bytes of touched frames that follow each other, all of one group, to something that is not 0.</summary>
    internal readonly void SetStates(ulong frame, ulong count, byte state, ulong directMap)
    {
        SetState(frame, state, directMap);
        if (count > 1)
        {
            // Makes the group's bytes valid, if they are not.
            SetState(frame + 1, state, directMap);
            byte* bytes = Frame(frame, directMap);
            for (ulong i = 2; i < count; i++)
            {
                bytes[i] = state;
            }
        }
    }

    /// <summary>Moves frames from the untouched part to the touched: their bytes become valid, and 0.</summary>
    internal void Touch(ulong count, ulong directMap)
    {
        // The group of the first frame is valid already, unless this is the extent's first or the group's own first frame.
        ulong next = Untouched == First || (Untouched & (GroupFrames - 1)) == 0 ? Untouched : Untouched + GroupFrames;
        ulong last = (Untouched + count - 1) >> GroupShift;
        for (ulong group = next >> GroupShift; group <= last; group++)
        {
            *Group(group << GroupShift, directMap) = 0;
        }

        Untouched += count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* Group(ulong frame, ulong directMap)
        => (byte*)(directMap + _metadata) + ((frame >> GroupShift) - (MetadataFirst >> GroupShift));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* Frame(ulong frame, ulong directMap)
        => (byte*)(directMap + _metadata) + _groupCount + (frame - MetadataFirst);

    private readonly void ClearFrameBytes(ulong frame, ulong directMap)
    {
        ulong start = Math.Max(PageSize.AlignDown(frame, GroupFrames), MetadataFirst);
        ulong end = Math.Min(PageSize.AlignDown(frame, GroupFrames) + GroupFrames, End);
        byte* next = Frame(start, directMap);
        byte* last = Frame(end, directMap);

        // Wide stores, and no string instruction: it is counted and restarted byte by byte in emulators.
        for (; last - next >= 64; next += 64)
        {
            Vector128<byte>.Zero.Store(next);
            Vector128<byte>.Zero.Store(next + 16);
            Vector128<byte>.Zero.Store(next + 32);
            Vector128<byte>.Zero.Store(next + 48);
        }

        for (; next < last; next++)
        {
            *next = 0;
        }
    }
}

/// <summary>Room for the extents of all nodes.</summary>
[InlineArray(MemoryRangeList.Capacity)]
internal struct FrameExtentList
{
    private FrameExtent _first;
}
