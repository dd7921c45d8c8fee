using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Linked;

/// <summary>Memory outside the collector's heap, with all its pages there from the start, from the node of the core that asks.</summary>
public sealed unsafe class CoreMemory : IDisposable
{
    private const long Map = 9, Unmap = 11;
    private const int PageSizeShift = 26, HugeTlb = 0x4_0000;

    private CoreMemory(byte* address, nuint bytes)
    {
        Address = address;
        Bytes = bytes;
    }

    /// <summary>Where it begins, a multiple of the page size; null when it was given back.</summary>
    public byte* Address { get; private set; }

    /// <summary>How much it is, a multiple of the page size.</summary>
    public nuint Bytes { get; }

    /// <summary>Takes memory in pages of 4 KiB, and larger ones where they fit.</summary>
    /// <param name="bytes">More than 0; is rounded up.</param>
    /// <exception cref="OutOfMemoryException">There is not so much.</exception>
    public static CoreMemory Allocate(nuint bytes) => Allocate(bytes, 12, 0);

    /// <summary>Takes memory in pages of 2 MiB.</summary>
    /// <param name="bytes">More than 0; is rounded up.</param>
    /// <exception cref="OutOfMemoryException">There are not so many.</exception>
    public static CoreMemory AllocateLarge(nuint bytes) => Allocate(bytes, 21, HugeTlb);

    /// <summary>Takes memory in pages of 1 GiB.</summary>
    /// <param name="bytes">More than 0; is rounded up.</param>
    /// <exception cref="OutOfMemoryException">There are not so many.</exception>
    public static CoreMemory AllocateHuge(nuint bytes) => Allocate(bytes, 30, HugeTlb);

    /// <summary>Gives it back. Nobody may use it any more.</summary>
    public void Dispose()
    {
        if (Address == null)
            return;
        KernelException.Check("munmap", Azalea.Call(Unmap, (long)Address, (long)Bytes));
        Address = null;
    }

    private static CoreMemory Allocate(nuint bytes, int pageShift, int kind)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes);
        nuint page = (nuint)1 << pageShift;
        nuint rounded = (bytes + page - 1) & ~(page - 1);
        int flags = (int)(MapFlags.Private | MapFlags.Anonymous | MapFlags.Populate) | (kind == 0 ? 0 : kind | (pageShift << PageSizeShift));
        long result = rounded < bytes ? -1 : Azalea.Call(Map, 0, (long)rounded, (long)(Protection.Read | Protection.Write), flags, -1, 0);
        return result < 0
            ? throw new OutOfMemoryException($"there are no {bytes} bytes in pages of {page} bytes")
            : new CoreMemory((byte*)result, rounded);
    }
}
