using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>Mapping the bytes of a file that never changes.</summary>
internal unsafe partial struct AddressSpace
{
    /// <summary>mmap of a file whose bytes are in memory: the pages are copies.</summary>
    /// <param name="hint">Where, if the flags or luck have it so.</param>
    /// <param name="length">Bytes; rounded up to pages.</param>
    /// <param name="protection">What may be done with it.</param>
    /// <param name="flags">MAP_ flags.</param>
    /// <param name="backing">The file.</param>
    /// <param name="bytes">Its first byte.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="offset">Where in the file the mapping begins: a multiple of the page size.</param>
    /// <returns>The address, or -EINVAL, -ENOMEM, -EPERM, -EEXIST.</returns>
    internal long MapFile(ulong hint, ulong length, Protection protection, MapFlags flags, void* backing, byte* bytes, ulong size, ulong offset)
    {
        AreaFlags kind = (flags & MapFlags.TypeMask) == MapFlags.Private ? AreaFlags.None : AreaFlags.Shared;
        long mapped = Map(hint, length, protection, flags, kind, backing, offset);
        if (mapped < 0)
        {
            return mapped;
        }

        ulong start = (ulong)mapped;
        ulong whole = RoundUp(length);
        ulong inFile = offset < size ? size - offset : 0;
        ulong present = Math.Min(whole, RoundUp(inFile));
        if (!_areas.Reserve(2) || (present != 0 && !_pages.Populate(start, present, Protection.Read | Protection.Write)))
        {
            RemoveRange(start, start + whole);
            return -Errno.ENOMEM;
        }

        ulong copied = Math.Min(present, inFile);
        Buffer.MemoryCopy(bytes + offset, (void*)start, copied, copied);
        if (present != 0 && !_pages.Protect(start, present, protection & Protection.All))
        {
            RemoveRange(start, start + whole);
            return -Errno.ENOMEM;
        }

        if (present < whole)
        {
            _areas.SplitAt(start);
            _areas.SplitAt(start + present);
            _areas.Find(start + present)->Flags |= AreaFlags.BeyondFile;
        }

        return mapped;
    }
}
