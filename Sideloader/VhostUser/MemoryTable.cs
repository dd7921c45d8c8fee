using AzaleaOS.Sideloader.Memory;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.VhostUser;

/// <summary>The guest's memory as the front end has told it, region by region.</summary>
internal sealed unsafe class MemoryTable : IDisposable
{
    /// <summary>How many regions there may be.</summary>
    internal const int MaxRegions = 64;

    private readonly List<(MemoryRegion Region, MappedFile Mapping)> _entries = [];

    /// <summary>The memory as it is now.</summary>
    internal GuestMemory Memory { get; private set; } = new([], []);

    /// <summary>Maps a region and adds it.</summary>
    /// <param name="region">Where it is.</param>
    /// <param name="descriptor">Its file, which stays the caller's.</param>
    internal void Add(MemoryRegion region, int descriptor)
    {
        if (_entries.Count == MaxRegions)
            throw new VhostUserException($"more than {MaxRegions} memory regions");
        if (region.Length > ulong.MaxValue - region.FileOffset)
            throw new VhostUserException($"a memory region of {region.Length} bytes at {region.FileOffset} of its file");

        // From the file's start: the offset need not be a multiple of its page size, which may be huge.
        MappedFile mapping = MappedFile.Map(descriptor, 0, region.FileOffset + region.Length);
        _entries.Add((region, mapping));
        try
        {
            Rebuild();
        }
        catch
        {
            _entries.RemoveAt(_entries.Count - 1);
            mapping.Release();
            throw;
        }
    }

    /// <summary>Removes the region that is described by the same guest address, front end's address and length.</summary>
    internal void Remove(MemoryRegion region)
    {
        int index = _entries.FindIndex(entry => entry.Region.GuestAddress == region.GuestAddress
            && entry.Region.Length == region.Length && entry.Region.FrontEndAddress == region.FrontEndAddress);
        if (index < 0)
            throw new VhostUserException($"there is no memory region of {region.Length} bytes at 0x{region.GuestAddress:x}");

        MappedFile mapping = _entries[index].Mapping;
        _entries.RemoveAt(index);
        Rebuild();
        mapping.Release();
    }

    /// <summary>Removes all regions.</summary>
    internal void Clear()
    {
        MappedFile[] mappings = [.. _entries.Select(entry => entry.Mapping)];
        _entries.Clear();
        Rebuild();
        foreach (MappedFile mapping in mappings)
            mapping.Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        Memory.Release();
    }

    private void Rebuild()
    {
        var memory = new GuestMemory(
            _entries.Select(entry => new GuestRegion(
                entry.Region.GuestAddress, entry.Region.Length, entry.Region.FrontEndAddress, (nint)(entry.Mapping.Start + entry.Region.FileOffset))),
            _entries.Select(entry => entry.Mapping));
        Memory.Release();
        Memory = memory;
    }
}
