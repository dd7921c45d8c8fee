using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Loader;

/// <summary>Puts the vDSO into a program's address space: a page of data, and behind it the code.</summary>
internal static unsafe class VdsoMapping
{
    /// <summary>Maps both pages, and lets the clock publish to the first.</summary>
    /// <param name="space">An address space with its mmap top set.</param>
    /// <param name="vdso">The address of the shared object.</param>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool TryMap(AddressSpace* space, out ulong vdso)
    {
        vdso = 0;

        // One range for both first, so that they are neighbours.
        long found = space->Map(0, 2 * AddressSpace.PageSize, Protection.None, MapFlags.Private | MapFlags.Anonymous);
        if (found < 0)
        {
            return false;
        }

        ulong data = (ulong)found;
        ulong code = data + AddressSpace.PageSize;
        if (!TryAdd(space, data, Protection.Read, AreaFlags.Vvar, out byte* dataBytes)
            || !TryAdd(space, code, Protection.Read | Protection.Execute, AreaFlags.Vdso, out byte* codeBytes))
        {
            return false;
        }

        VdsoImage.Bytes.CopyTo(new Span<byte>(codeBytes, (int)AddressSpace.PageSize));
        Clock.PublishTo((VdsoData*)dataBytes);
        vdso = code;
        return true;
    }

    /// <summary>Maps one page that the program cannot write; the kernel can, by the direct map.</summary>
    internal static bool TryAdd(AddressSpace* space, ulong page, Protection protection, AreaFlags kind, out byte* bytes)
    {
        const MapFlags Flags = MapFlags.Private | MapFlags.Anonymous | MapFlags.Fixed | MapFlags.Populate;
        bytes = null;
        if (space->Map(page, AddressSpace.PageSize, protection, Flags, kind, null, 0) < 0
            || !KernelMemory.Tables.TryQuery(new VirtualAddress(page), out PageMapping place))
        {
            return false;
        }

        bytes = place.Physical.Mapped.Pointer;
        return true;
    }
}
