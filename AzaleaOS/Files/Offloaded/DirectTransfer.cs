using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Offload;
using AzaleaOS.Signals;

namespace AzaleaOS.Files.Offloaded;

/// <summary>The short way of reads and writes: one buffer that goes into one request.</summary>
/// <remarks>All else, whatever is wrong with the call, and every call while files of the peer are mapped, is left to <see cref="OffloadedFile"/>.</remarks>
internal static unsafe class DirectTransfer
{
    /// <summary>The file's own position.</summary>
    internal const long OwnPosition = -1;

    /// <summary>Moves bytes, if this is such a call.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="buffer">Where the bytes are or go.</param>
    /// <param name="count">How many.</param>
    /// <param name="position">Where in the file, or <see cref="OwnPosition"/>.</param>
    /// <param name="writes">Whether the file is written.</param>
    /// <param name="result">What the call returns.</param>
    /// <returns>False if nothing was done.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Try(int descriptor, ulong buffer, ulong count, long position, bool writes, out long result)
    {
        result = 0;
        FileReference reference = DescriptorTable.GetQuickly(descriptor);
        if (reference.IsNull)
        {
            return false;
        }

        OpenFile* file = reference.File;
        bool isDone = OffloadedFile.Is(file) && !PeerFiles.Any && IsOpenFor(file, writes) && count - 1 < Transfer.Largest && UserMemory.IsInside(buffer, count)
            && Move(file, buffer, count, position, writes, out result);
        reference.Release();
        return isDone;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Move(OpenFile* file, ulong buffer, ulong count, long position, bool writes, out long result)
    {
        result = -Errno.EIO;
        OffloadedCall call = position < 0
            ? writes ? OffloadedCall.Write : OffloadedCall.Read
            : writes ? OffloadedCall.PWrite : OffloadedCall.PRead;
        RequestSlot* slot = OffloadChannel.Begin((int)call);
        if (slot == null)
        {
            return true;
        }

        bool isNonBlocking = file->IsNonBlocking;
        slot->Request.Flags = isNonBlocking ? RequestFlags.NonBlocking : RequestFlags.None;
        slot->Request.Arguments[0] = OffloadedFile.NumberOf(file);
        slot->Request.Arguments[3] = position;
        if ((writes ? Requests.AddReadable(slot, buffer, count) : Requests.AddWritable(slot, buffer, count)) != count)
        {
            OffloadChannel.Abandon(slot);
            return false;
        }

        result = OffloadChannel.Finish(slot, interruptible: true);
        if ((ulong)result == count || (result >= 0 && (!writes || isNonBlocking) && (ulong)result < count))
        {
            return true;
        }

        return result != -Errno.ERESTARTNOINTR && Conclude(file, buffer, count, position, writes, ref result);
    }

    // Not with O_PATH.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOpenFor(OpenFile* file, bool writes)
        => (file->Flags & (OpenFlags.Path | OpenFlags.AccessMask)) is var mode && (mode == OpenFlags.ReadWrite || mode == (writes ? OpenFlags.WriteOnly : OpenFlags.ReadOnly));

    // An error, or a write of which the peer has taken a part.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Conclude(OpenFile* file, ulong buffer, ulong count, long position, bool writes, ref long result)
    {
        if (result < 0)
        {
            if (result == -Errno.EPIPE)
            {
                SignalSender.RaisePipe();
            }

            result = result == -Errno.EINTR ? -Errno.ERESTARTSYS : result;
        }
        else if ((ulong)result > count)
        {
            result = -Errno.EIO;
        }
        else if (result > 0)
        {
            Transfer.Of(buffer + (ulong)result, count - (ulong)result, out Transfer rest);
            rest.Position = position < 0 ? position : position + result;
            long more = writes ? file->Operations->Write(file, &rest) : 0;
            result += Math.Max(more, 0);
        }

        return true;
    }
}
