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

    /// <summary>It is no such call, and nothing was done.</summary>
    internal const long NotDone = long.MinValue;

    /// <summary>Moves bytes, if this is such a call.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="buffer">Where the bytes are or go.</param>
    /// <param name="count">How many.</param>
    /// <param name="position">Where in the file, or <see cref="OwnPosition"/>.</param>
    /// <param name="writes">Whether the file is written.</param>
    /// <returns>What the call returns, or <see cref="NotDone"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Try(int descriptor, ulong buffer, ulong count, long position, bool writes)
    {
        FileReference reference = DescriptorTable.GetQuickly(descriptor);
        if (reference.IsNull)
        {
            return NotDone;
        }

        OpenFile* file = reference.File;
        long result = NotDone;
        if (IsFor(file, writes) && count - 1 < Transfer.Largest && UserMemory.IsInside(buffer, count))
        {
            result = Move(file, buffer, count, position, writes);
        }

        reference.Release();
        return result;
    }

    /// <summary>Whether a file is the peer's, no file of the peer is mapped, and it is open for this; not with O_PATH.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsFor(OpenFile* file, bool writes)
        => OffloadedFile.Is(file) && !PeerFiles.Any
            && (file->Flags & (OpenFlags.Path | OpenFlags.AccessMask)) is var mode && (mode == OpenFlags.ReadWrite || mode == (writes ? OpenFlags.WriteOnly : OpenFlags.ReadOnly));

    /// <summary>Begins the request, all but its buffers.</summary>
    /// <param name="file">The file.</param>
    /// <param name="position">Where in the file, or <see cref="OwnPosition"/>.</param>
    /// <param name="writes">Whether the file is written.</param>
    /// <returns>Null if the peer was given up.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static RequestSlot* Begin(OpenFile* file, long position, bool writes)
    {
        OffloadedCall call = position < 0
            ? writes ? OffloadedCall.Write : OffloadedCall.Read
            : writes ? OffloadedCall.PWrite : OffloadedCall.PRead;
        RequestSlot* slot = OffloadChannel.Begin((int)call);
        if (slot != null)
        {
            slot->Request.Flags = file->IsNonBlocking ? RequestFlags.NonBlocking : RequestFlags.None;
            slot->Request.Arguments[0] = OffloadedFile.NumberOf(file);
            slot->Request.Arguments[3] = position;
        }

        return slot;
    }

    /// <summary>What a call returns that moved nothing.</summary>
    /// <param name="count">Bytes that were asked for.</param>
    /// <param name="result">What the peer answered.</param>
    /// <returns>What the call returns; <see cref="NotDone"/> if it is to be made again, the long way.</returns>
    internal static long Refuse(ulong count, long result)
    {
        if (result == -Errno.EPIPE)
        {
            SignalSender.RaisePipe();
        }

        return result == -Errno.ERESTARTNOINTR ? NotDone
            : result == -Errno.EINTR ? -Errno.ERESTARTSYS
            : result > (long)count ? -Errno.EIO : result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Move(OpenFile* file, ulong buffer, ulong count, long position, bool writes)
    {
        RequestSlot* slot = Begin(file, position, writes);
        if (slot == null)
        {
            return -Errno.EIO;
        }

        if ((writes ? Requests.AddReadable(slot, buffer, count) : Requests.AddWritable(slot, buffer, count)) != count)
        {
            OffloadChannel.Abandon(slot);
            return NotDone;
        }

        long result = OffloadChannel.Finish(slot, interruptible: true);
        return (ulong)result == count || ((ulong)result < count && (!writes || file->IsNonBlocking)) ? result : Conclude(file, buffer, count, position, result);
    }

    // An error, or a write of which the peer has taken a part.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Conclude(OpenFile* file, ulong buffer, ulong count, long position, long result)
    {
        if (result <= 0 || (ulong)result > count)
        {
            return Refuse(count, result);
        }

        Transfer.Of(buffer + (ulong)result, count - (ulong)result, out Transfer rest);
        rest.Position = position < 0 ? position : position + result;
        return result + Math.Max(file->Operations->Write(file, &rest), 0);
    }
}
