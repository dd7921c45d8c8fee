using System.Runtime.CompilerServices;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Offloaded;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Reads, writes and positions of files of which some are the peer's: first the short way.</summary>
internal static unsafe class OffloadedTransfers
{
    /// <summary>read(2).</summary>
    [OffloadedSyscall(0)]
    internal static long Read(int descriptor, ulong buffer, ulong count)
    {
        long result = DirectTransfer.Try(descriptor, buffer, count, DirectTransfer.OwnPosition, writes: false);
        return result != DirectTransfer.NotDone ? result : Transfers.Read(descriptor, buffer, count);
    }

    /// <summary>write(2).</summary>
    [OffloadedSyscall(1)]
    internal static long Write(int descriptor, ulong buffer, ulong count)
    {
        long result = DirectTransfer.Try(descriptor, buffer, count, DirectTransfer.OwnPosition, writes: true);
        return result != DirectTransfer.NotDone ? result : Transfers.Write(descriptor, buffer, count);
    }

    /// <summary>pread64(2).</summary>
    [OffloadedSyscall(17)]
    internal static long ReadFrom(int descriptor, ulong buffer, ulong count, long offset)
    {
        long result = offset < 0 ? DirectTransfer.NotDone : DirectTransfer.Try(descriptor, buffer, count, offset, writes: false);
        return result != DirectTransfer.NotDone ? result : Transfers.ReadFrom(descriptor, buffer, count, offset);
    }

    /// <summary>pwrite64(2).</summary>
    [OffloadedSyscall(18)]
    internal static long WriteTo(int descriptor, ulong buffer, ulong count, long offset)
    {
        long result = offset < 0 ? DirectTransfer.NotDone : DirectTransfer.Try(descriptor, buffer, count, offset, writes: true);
        return result != DirectTransfer.NotDone ? result : Transfers.WriteTo(descriptor, buffer, count, offset);
    }

    /// <summary>readv(2).</summary>
    [OffloadedSyscall(19)]
    internal static long ReadVector(int descriptor, UserPointer<IoVector> vector, ulong count)
        => ReadVectorAt(descriptor, vector, count, DirectTransfer.OwnPosition);

    /// <summary>writev(2).</summary>
    [OffloadedSyscall(20)]
    internal static long WriteVector(int descriptor, UserPointer<IoVector> vector, ulong count)
        => WriteVectorAt(descriptor, vector, count, DirectTransfer.OwnPosition);

    /// <summary>preadv(2).</summary>
    [OffloadedSyscall(295)]
    internal static long ReadVectorFrom(int descriptor, UserPointer<IoVector> vector, ulong count, long offset)
        => offset >= 0 ? ReadVectorAt(descriptor, vector, count, offset) : Transfers.ReadVectorFrom(descriptor, vector, count, offset);

    /// <summary>pwritev(2).</summary>
    [OffloadedSyscall(296)]
    internal static long WriteVectorTo(int descriptor, UserPointer<IoVector> vector, ulong count, long offset)
        => offset >= 0 ? WriteVectorAt(descriptor, vector, count, offset) : Transfers.WriteVectorTo(descriptor, vector, count, offset);

    /// <summary>preadv2(2): with -1 for the offset, as readv.</summary>
    [OffloadedSyscall(327)]
    internal static long ReadVectorFrom(int descriptor, UserPointer<IoVector> vector, ulong count, long offset, ulong high, uint flags)
        => offset >= DirectTransfer.OwnPosition && flags == 0
            ? ReadVectorAt(descriptor, vector, count, offset)
            : Transfers.ReadVectorFrom(descriptor, vector, count, offset, high, flags);

    /// <summary>pwritev2(2): with -1 for the offset, as writev.</summary>
    [OffloadedSyscall(328)]
    internal static long WriteVectorTo(int descriptor, UserPointer<IoVector> vector, ulong count, long offset, ulong high, uint flags)
        => offset >= DirectTransfer.OwnPosition && flags == 0
            ? WriteVectorAt(descriptor, vector, count, offset)
            : Transfers.WriteVectorTo(descriptor, vector, count, offset, high, flags);

    /// <summary>lseek(2): the position is the peer's, and so is the order of those who move it.</summary>
    [OffloadedSyscall(8)]
    internal static long Seek(int descriptor, long offset, uint whence)
    {
        const uint LastWhence = 4;
        FileReference reference = DescriptorTable.GetQuickly(descriptor);
        if (reference.IsNull || !OffloadedFile.Is(reference.File) || reference.File->IsPath || whence > LastWhence)
        {
            reference.Release();
            return Transfers.Seek(descriptor, offset, whence);
        }

        long result = OffloadedFile.Seek(reference.File, offset, whence);
        reference.Release();
        return result;
    }

    // In one place for all that read.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long ReadVectorAt(int descriptor, UserPointer<IoVector> vector, ulong count, long position)
    {
        long result = DirectVector.Try(descriptor, vector.Address, count, position, writes: false);
        return result != DirectTransfer.NotDone ? result
            : position == DirectTransfer.OwnPosition ? Transfers.ReadVector(descriptor, vector, count)
            : Transfers.ReadVectorFrom(descriptor, vector, count, position);
    }

    // And for all that write.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long WriteVectorAt(int descriptor, UserPointer<IoVector> vector, ulong count, long position)
    {
        long result = DirectVector.Try(descriptor, vector.Address, count, position, writes: true);
        return result != DirectTransfer.NotDone ? result
            : position == DirectTransfer.OwnPosition ? Transfers.WriteVector(descriptor, vector, count)
            : Transfers.WriteVectorTo(descriptor, vector, count, position);
    }
}
