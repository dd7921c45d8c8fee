using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Memory;

/// <summary>The guest's physical memory as it is at one time. Never changes; a new one takes its place.</summary>
/// <remarks>
/// A request that is still being carried out holds the memory that its buffers are in, so that a region which the
/// hypervisor takes away meanwhile stays mapped until then. Created with one holder.
/// </remarks>
public sealed unsafe class GuestMemory
{
    private readonly GuestRegion[] _regions;
    private readonly MappedFile[] _mappings;
    private int _holders = 1;

    /// <summary>A memory of these regions.</summary>
    /// <param name="regions">In any order.</param>
    /// <param name="mappings">What they lie in; held until the last holder of this memory lets go.</param>
    /// <exception cref="ArgumentException">Two regions overlap, one is empty, or one passes the end of the address space.</exception>
    public GuestMemory(IEnumerable<GuestRegion> regions, IEnumerable<MappedFile> mappings)
    {
        _regions = [.. regions.OrderBy(region => region.Address)];
        for (int i = 0; i < _regions.Length; i++)
        {
            GuestRegion region = _regions[i];
            if (region.Length == 0)
                throw new ArgumentException($"the region at 0x{region.Address:x} is empty");
            if (region.Length - 1 > ulong.MaxValue - region.Address || region.Length - 1 > ulong.MaxValue - region.FrontEndAddress)
                throw new ArgumentException($"the region at 0x{region.Address:x} passes the end of the address space");
            if (i > 0 && region.Address - _regions[i - 1].Address < _regions[i - 1].Length)
                throw new ArgumentException($"the regions at 0x{_regions[i - 1].Address:x} and 0x{region.Address:x} overlap");
        }

        _mappings = [.. mappings];
        foreach (MappedFile mapping in _mappings)
            mapping.Hold();
    }

    /// <summary>The regions by address.</summary>
    public ReadOnlySpan<GuestRegion> Regions => _regions;

    /// <summary>Keeps the memory mapped until <see cref="Release"/> is called once more.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Lets go.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return;

        foreach (MappedFile mapping in _mappings)
            mapping.Release();
    }

    /// <summary>Where a range of guest-physical memory lies in this process, or null if it is not within one region.</summary>
    public byte* Translate(ulong address, ulong length)
    {
        int index = Find(address);
        return index < 0 ? null : _regions[index].Translate(address, length);
    }

    /// <summary>Where a range of the hypervisor's own addresses lies in this process, or null if it is not within one region.</summary>
    public byte* TranslateFrontEnd(ulong address, ulong length)
    {
        foreach (GuestRegion region in _regions)
        {
            byte* host = region.TranslateFrontEnd(address, length);
            if (host != null)
                return host;
        }

        return null;
    }

    /// <summary>The longest piece from an address on that lies within one region.</summary>
    /// <param name="address">Guest-physical address.</param>
    /// <param name="length">Bytes wanted, at least 1.</param>
    /// <param name="piece">Bytes that there are, at most those wanted.</param>
    /// <returns>Where it lies in this process, or null if the address is in no region.</returns>
    public byte* TranslatePiece(ulong address, ulong length, out ulong piece)
    {
        int index = Find(address);
        if (index < 0)
        {
            piece = 0;
            return null;
        }

        ref readonly GuestRegion region = ref _regions[index];
        piece = Math.Min(length, region.Length - (address - region.Address));
        return region.Translate(address, piece);
    }

    /// <summary>The region that an address is in, or -1.</summary>
    private int Find(ulong address)
    {
        // A machine has two to a few dozen regions.
        int low = 0;
        int high = _regions.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            ref readonly GuestRegion region = ref _regions[middle];
            if (address < region.Address)
                high = middle - 1;
            else if (address - region.Address >= region.Length)
                low = middle + 1;
            else
                return middle;
        }

        return -1;
    }
}
