using AzaleaOS.Abi;

namespace AzaleaOS.Sideloader.Native;

/// <summary>A range of a file, shared with other processes, in this process's memory.</summary>
/// <remarks>
/// Those who use the mapping hold it by <see cref="Hold"/>; it goes away when the last of them lets go. Created with one holder.
/// </remarks>
public sealed unsafe class MappedFile
{
    private int _holders = 1;

    private MappedFile(byte* start, nuint length)
    {
        Start = start;
        Length = length;
    }

    /// <summary>The first byte.</summary>
    public byte* Start { get; }

    /// <summary>Bytes.</summary>
    public nuint Length { get; }

    /// <summary>Maps a file for reading and writing.</summary>
    /// <param name="descriptor">The open file. The caller may close it afterwards.</param>
    /// <param name="offset">Where in the file the range starts, a multiple of its page size.</param>
    /// <param name="length">Bytes, at least 1.</param>
    /// <exception cref="LinuxException">The file is shorter than that, or Linux refuses.</exception>
    public static MappedFile Map(int descriptor, ulong offset, ulong length)
    {
        // A page that the file does not have would be a SIGBUS for whoever touches it.
        long size = LinuxException.ThrowIfFailed(Libc.Seek(descriptor, 0, Libc.SeekEnd), "measure shared memory");
        if (length == 0 || length > long.MaxValue || offset > (ulong)size || length > (ulong)size - offset)
            throw new LinuxException(Errno.EINVAL, $"map {length} bytes at {offset} of a file with {size}");

        void* start = Libc.Map(null, (nuint)length, Libc.ProtectRead | Libc.ProtectWrite, Libc.MapShared | Libc.MapNoReserve, descriptor, (long)offset);
        if (start == Libc.MapFailed)
            throw LinuxException.Last("map shared memory");

        return new MappedFile((byte*)start, (nuint)length);
    }

    /// <summary>Keeps the mapping until <see cref="Release"/> is called once more.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Lets go. The last one unmaps.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            LinuxException.ThrowIfFailed(Libc.Unmap(Start, Length), "unmap shared memory");
    }
}
