using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Loader;

/// <summary>Puts the vDSO into a program's address space: a page of data, and behind it the code.</summary>
internal static unsafe class VdsoMapping
{
    /// <summary>Maps both pages, and lets the clock publish to the first.</summary>
    /// <param name="space">An address space.</param>
    /// <param name="vdso">The address of the shared object.</param>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool TryMap(AddressSpace* space, out ulong vdso)
    {
        // Mappings come from the top down: below the first there is room for another.
        vdso = Add(space, 0, Protection.Read | Protection.Execute, AreaFlags.Vdso, out byte* codeBytes);
        if (vdso == 0 || Add(space, vdso - AddressSpace.PageSize, Protection.Read, AreaFlags.Vvar, out byte* dataBytes) == 0)
        {
            return false;
        }

        VdsoImage.Bytes.CopyTo(new Span<byte>(codeBytes, (int)AddressSpace.PageSize));
        Clock.PublishTo((VdsoData*)dataBytes);
        return true;
    }

    /// <summary>Maps one page that the program cannot write; the kernel can, by the direct map.</summary>
    /// <param name="space">Where.</param>
    /// <param name="page">At which address, where nothing is mapped yet; 0 for any.</param>
    /// <param name="protection">What the program may do with it.</param>
    /// <param name="kind">What it is for.</param>
    /// <param name="bytes">The page, for the kernel.</param>
    /// <returns>Its address; 0 when memory is exhausted.</returns>
    internal static ulong Add(AddressSpace* space, ulong page, Protection protection, AreaFlags kind, out byte* bytes)
    {
        const MapFlags Flags = MapFlags.Private | MapFlags.Anonymous | MapFlags.Populate;
        bytes = null;
        long place = space->Map(page, AddressSpace.PageSize, protection, Flags | (page == 0 ? MapFlags.None : MapFlags.FixedNoReplace), kind, null, 0);
        if (place < 0 || !KernelMemory.Tables.TryQuery(new VirtualAddress((ulong)place), out PageMapping mapping))
        {
            return 0;
        }

        bytes = mapping.Physical.Mapped.Pointer;
        return (ulong)place;
    }
}
