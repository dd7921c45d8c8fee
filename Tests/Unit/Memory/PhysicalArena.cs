using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Tests.Unit.Memory;

/// <summary>Host memory that plays a stretch of physical memory. Pages that nobody touches cost nothing.</summary>
internal sealed unsafe class PhysicalArena : IDisposable
{
    private readonly byte* _memory;
    private readonly List<nint> _owned = [];

    internal PhysicalArena(ulong start, ulong length)
    {
        Start = start;
        Length = length;

        // Page tables and metadata may be aligned by the physical address only.
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)length, 4096);
    }

    internal ulong Start { get; }

    internal ulong Length { get; }

    /// <summary>What to add to a physical address to get a host address.</summary>
    internal ulong DirectMap => (ulong)_memory - Start;

    internal byte* At(ulong physical)
    {
        Assert.InRange(physical, Start, Start + Length - 1);
        return (byte*)(DirectMap + physical);
    }

    /// <summary>Unmoving memory for a structure, zeroed.</summary>
    internal T* New<T>(int count = 1)
        where T : unmanaged
    {
        void* memory = NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(T));
        _owned.Add((nint)memory);
        return (T*)memory;
    }

    /// <summary>An allocator over ranges of the arena, each given as offset and length in frames.</summary>
    internal FrameAllocator* NewAllocator(params (ulong Offset, ulong Length)[] ranges)
    {
        FrameExtent* extents = New<FrameExtent>(ranges.Length);
        for (int i = 0; i < ranges.Length; i++)
        {
            ulong start = Start + (ranges[i].Offset << PageSize.Shift4K);
            extents[i].Initialise(start, start + (ranges[i].Length << PageSize.Shift4K));
        }

        FrameAllocator* allocator = New<FrameAllocator>();
        allocator->Initialise(extents, ranges.Length, DirectMap);
        return allocator;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        foreach (nint memory in _owned)
        {
            NativeMemory.Free((void*)memory);
        }
    }
}
