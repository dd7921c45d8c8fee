using AzaleaOS.Files;
using AzaleaOS.Files.Offloaded;

namespace AzaleaOS.Syscalls;

/// <summary>Reads, writes and positions of files of which some are the peer's: first the short way.</summary>
internal static unsafe class OffloadedTransfers
{
    /// <summary>read(2).</summary>
    [OffloadedSyscall(0)]
    internal static long Read(int descriptor, ulong buffer, ulong count)
        => DirectTransfer.Try(descriptor, buffer, count, DirectTransfer.OwnPosition, writes: false, out long result) ? result : Transfers.Read(descriptor, buffer, count);

    /// <summary>write(2).</summary>
    [OffloadedSyscall(1)]
    internal static long Write(int descriptor, ulong buffer, ulong count)
        => DirectTransfer.Try(descriptor, buffer, count, DirectTransfer.OwnPosition, writes: true, out long result) ? result : Transfers.Write(descriptor, buffer, count);

    /// <summary>pread64(2).</summary>
    [OffloadedSyscall(17)]
    internal static long ReadFrom(int descriptor, ulong buffer, ulong count, long offset)
        => offset >= 0 && DirectTransfer.Try(descriptor, buffer, count, offset, writes: false, out long result) ? result : Transfers.ReadFrom(descriptor, buffer, count, offset);

    /// <summary>pwrite64(2).</summary>
    [OffloadedSyscall(18)]
    internal static long WriteTo(int descriptor, ulong buffer, ulong count, long offset)
        => offset >= 0 && DirectTransfer.Try(descriptor, buffer, count, offset, writes: true, out long result) ? result : Transfers.WriteTo(descriptor, buffer, count, offset);

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
}
