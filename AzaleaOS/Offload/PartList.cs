using System.Runtime.CompilerServices;
using AzaleaOS.Abi.Virtio;

namespace AzaleaOS.Offload;

/// <summary>The table of a request's parts, which grows at its end. What follows the last part without a gap becomes one with it.</summary>
/// <remarks>
/// Each part says that another follows, until <see cref="End"/> takes that from the last one. Which one that would be is
/// written once, by <see cref="Initialize"/>.
/// </remarks>
internal static unsafe class PartList
{
    /// <summary>Prepares a table for all requests that it will ever hold.</summary>
    /// <param name="table">The table.</param>
    /// <param name="room">Parts that it can have.</param>
    internal static void Initialize(VirtqDescriptor* table, int room)
    {
        for (int i = 0; i < room; i++)
        {
            table[i].Next = (ushort)(i + 1);
        }
    }

    /// <summary>Adds physical memory.</summary>
    /// <param name="last">The last part; the new last one, if there is one.</param>
    /// <param name="limit">The last part that there is room for.</param>
    /// <param name="address">Physical address.</param>
    /// <param name="length">Bytes, at least 1, at most 2^31.</param>
    /// <param name="flags">Write if the peer writes it, else None. What it reads comes first.</param>
    /// <returns>False if the table is full.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryAdd(ref VirtqDescriptor* last, VirtqDescriptor* limit, ulong address, ulong length, VirtqDescriptorFlags flags)
    {
        VirtqDescriptor* part = last;
        ulong together = part->Length + length;
        if (part->Address + part->Length == address && part->Flags == (flags | VirtqDescriptorFlags.Next) && together <= int.MaxValue)
        {
            part->Length = (uint)together;
            return true;
        }

        if (part >= limit)
        {
            return false;
        }

        Write(part + 1, address, (uint)length, flags);
        last = part + 1;
        return true;
    }

    /// <summary>Writes a part that another follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write(VirtqDescriptor* part, ulong address, uint length, VirtqDescriptorFlags flags)
    {
        part->Address = address;
        part->Length = length;
        part->Flags = flags | VirtqDescriptorFlags.Next;
    }

    /// <summary>Says that no part follows the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void End(VirtqDescriptor* last) => last->Flags &= ~VirtqDescriptorFlags.Next;
}
