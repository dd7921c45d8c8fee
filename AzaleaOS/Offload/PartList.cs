using AzaleaOS.Abi.Virtio;

namespace AzaleaOS.Offload;

/// <summary>The table of a request's parts, which grows at its end. What follows the last part without a gap becomes one with it.</summary>
internal static unsafe class PartList
{
    /// <summary>Adds physical memory.</summary>
    /// <param name="table">The table.</param>
    /// <param name="count">Parts in it.</param>
    /// <param name="room">Parts that it can have.</param>
    /// <param name="address">Physical address.</param>
    /// <param name="length">Bytes, at least 1, at most 2^31.</param>
    /// <param name="writable">Whether the peer writes it. What it reads comes first.</param>
    /// <returns>False if the table is full.</returns>
    internal static bool TryAdd(VirtqDescriptor* table, ref int count, int room, ulong address, uint length, bool writable)
    {
        VirtqDescriptorFlags flags = writable ? VirtqDescriptorFlags.Write : VirtqDescriptorFlags.None;
        if (count > 0)
        {
            VirtqDescriptor* last = table + count - 1;
            if (last->Address + last->Length == address && (last->Flags & VirtqDescriptorFlags.Write) == flags && last->Length + (ulong)length <= int.MaxValue)
            {
                last->Length += length;
                return true;
            }

            if (count == room)
            {
                return false;
            }

            last->Flags |= VirtqDescriptorFlags.Next;
            last->Next = (ushort)count;
        }

        table[count] = new VirtqDescriptor { Address = address, Length = length, Flags = flags };
        count++;
        return true;
    }
}
