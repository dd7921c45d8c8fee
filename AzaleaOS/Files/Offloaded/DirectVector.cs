using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Offload;

namespace AzaleaOS.Files.Offloaded;

/// <summary>The short way of reads and writes with a few buffers, all of which go into one request.</summary>
/// <remarks>As <see cref="DirectTransfer"/>. The vector is copied into the request, once, and looked at there.</remarks>
internal static unsafe class DirectVector
{
    /// <summary>Moves bytes, if this is such a call.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="vector">Where the application keeps its vector.</param>
    /// <param name="count">How many buffers it has.</param>
    /// <param name="position">Where in the file, or <see cref="DirectTransfer.OwnPosition"/>.</param>
    /// <param name="writes">Whether the file is written.</param>
    /// <returns>What the call returns, or <see cref="DirectTransfer.NotDone"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Try(int descriptor, ulong vector, ulong count, long position, bool writes)
    {
        const ulong MaxCount = RequestSlot.InlineBytes / 16;
        if (count - 1 >= MaxCount || !UserMemory.IsInside(vector, count * (ulong)sizeof(IoVector)))
        {
            return DirectTransfer.NotDone;
        }

        FileReference reference = DescriptorTable.GetQuickly(descriptor);
        if (reference.IsNull)
        {
            return DirectTransfer.NotDone;
        }

        long result = DirectTransfer.NotDone;
        if (DirectTransfer.IsFor(reference.File, writes))
        {
            result = Move(reference.File, vector, (uint)count, position, writes);
        }

        reference.Release();
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Move(OpenFile* file, ulong vector, uint count, long position, bool writes)
    {
        RequestSlot* slot = DirectTransfer.Begin(file, position, writes);
        if (slot == null)
        {
            return -Errno.EIO;
        }

        ulong total = Add(slot, vector, count, writes);
        if (total == 0)
        {
            OffloadChannel.Abandon(slot);
            return DirectTransfer.NotDone;
        }

        long result = OffloadChannel.Finish(slot, interruptible: true);
        return (ulong)result == total || ((ulong)result < total && (!writes || file->IsNonBlocking)) ? result
            : Conclude(file, vector, count, total, position, result);
    }

    // How many bytes the buffers have; 0 for whatever is not to be done this way.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Add(RequestSlot* slot, ulong vector, uint count, bool writes)
    {
        const ulong Highest = AddressSpace.Highest;
        IoVector* buffers = (IoVector*)slot->Inline;
        if (UserAccess.CopyIn(buffers, vector, count * (ulong)sizeof(IoVector)) != 0)
        {
            return 0;
        }

        ulong total = 0;
        ulong start = ulong.MaxValue;
        ulong end = 0;
        IoVector* behind = buffers + count;
        for (IoVector* buffer = buffers; buffer != behind; buffer++)
        {
            // No sum of so few can be mistaken.
            ulong length = buffer->Length;
            ulong first = buffer->Base;
            ulong last = first + length;
            if (length > Transfer.Largest || first > Highest || last > Highest)
            {
                return 0;
            }

            if (length != 0)
            {
                total += length;
                start = Math.Min(start, first);
                end = Math.Max(end, last);
            }
        }

        return total - 1 < Transfer.Largest && Requests.TryAddVector(slot, buffers, behind, start, end, !writes) ? total : 0;
    }

    // An error, or a write of which the peer has taken a part: the rest goes the long way.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Conclude(OpenFile* file, ulong vector, uint count, ulong total, long position, long result)
    {
        if (result <= 0 || (ulong)result > total)
        {
            return DirectTransfer.Refuse(total, result);
        }

        if (Transfer.Of(new UserPointer<IoVector>(vector), count, out Transfer rest) == 0)
        {
            rest.Skip((ulong)result);
            rest.Position = position < 0 ? position : position + result;
            result += Math.Max(file->Operations->Write(file, &rest), 0);
        }

        return result;
    }
}
