using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Sideloader.Rings;

/// <summary>One request of the driver: its buffers, checked and in this process's addresses. Used again and again.</summary>
/// <remarks>
/// The driver can change the bytes in the buffers at any time, but no longer where they are. Whoever looks at a byte twice
/// copies it first.
/// </remarks>
public sealed unsafe class DescriptorChain : IDisposable
{
    /// <summary>The most buffers of a chain. Source: Linux, UIO_MAXIOV, the most that one system call takes.</summary>
    public const int MaxSegments = 1024;

    /// <summary>The most descriptors that are remembered: what a short transfer has, in a table of its own or not.</summary>
    private const int MaxRemembered = 4;

    private readonly IoVector* _segments = Allocate();
    private readonly IoVector* _selected = Allocate();
    private readonly Remembered* _remembered = (Remembered*)NativeMemory.Alloc(MaxRemembered, (nuint)sizeof(Remembered));
    private Virtqueue? _owner;
    private int _descriptors;
    private bool _disposed;

    /// <summary>The index by which the chain is given back.</summary>
    public ushort Head { get; private set; }

    /// <summary>Bytes that the device may read.</summary>
    public long ReadableBytes { get; private set; }

    /// <summary>Bytes that the device may write.</summary>
    public long WritableBytes { get; private set; }

    /// <summary>The buffers to read from, then those to write to.</summary>
    public ReadOnlySpan<IoVector> Segments => new(_segments, ReadableCount + WritableCount);

    /// <summary>How many buffers are to be read.</summary>
    public int ReadableCount { get; private set; }

    /// <summary>How many buffers are to be written.</summary>
    public int WritableCount { get; private set; }

    /// <summary>Bytes that this process copied out of the buffers or into them.</summary>
    public long CopiedBytes { get; private set; }

    /// <summary>Bytes that system calls moved between the buffers and a file: <see cref="AddMoved"/>.</summary>
    public long MovedBytes { get; private set; }

    /// <summary>Copies from the readable part.</summary>
    /// <param name="offset">From which byte of it.</param>
    /// <param name="target">Filled from its start.</param>
    /// <returns>Bytes copied: fewer than asked for where the part ends.</returns>
    public int Read(long offset, Span<byte> target)
    {
        int done = 0;
        foreach (ref readonly IoVector segment in new ReadOnlySpan<IoVector>(_segments, ReadableCount))
        {
            if ((ulong)offset >= segment.Length)
            {
                offset -= (long)segment.Length;
                continue;
            }

            int count = (int)Math.Min((ulong)(target.Length - done), segment.Length - (ulong)offset);
            if (count == 0)
                break;
            new ReadOnlySpan<byte>((byte*)segment.Base + offset, count).CopyTo(target[done..]);
            done += count;
            offset = 0;
        }

        CopiedBytes += done;
        return done;
    }

    /// <summary>Copies one structure from the readable part.</summary>
    /// <returns>Whether all of it is there.</returns>
    public bool TryRead<T>(long offset, out T value)
        where T : unmanaged
    {
        Unsafe.SkipInit(out value);
        if (ReadableCount > 0 && Holds(_segments, offset, sizeof(T)))
        {
            Unsafe.CopyBlockUnaligned(ref Unsafe.As<T, byte>(ref value), ref *((byte*)_segments->Base + offset), (uint)sizeof(T));
            CopiedBytes += sizeof(T);
            return true;
        }

        return Read(offset, MemoryMarshal.AsBytes(new Span<T>(ref value))) == sizeof(T);
    }

    /// <summary>Copies into the writable part.</summary>
    /// <param name="offset">To which byte of it.</param>
    /// <param name="source">What is copied.</param>
    /// <returns>Bytes copied: fewer than given where the part ends.</returns>
    public int Write(long offset, ReadOnlySpan<byte> source)
    {
        int done = 0;
        foreach (ref readonly IoVector segment in new ReadOnlySpan<IoVector>(_segments + ReadableCount, WritableCount))
        {
            if ((ulong)offset >= segment.Length)
            {
                offset -= (long)segment.Length;
                continue;
            }

            int count = (int)Math.Min((ulong)(source.Length - done), segment.Length - (ulong)offset);
            if (count == 0)
                break;
            source.Slice(done, count).CopyTo(new Span<byte>((byte*)segment.Base + offset, count));
            done += count;
            offset = 0;
        }

        CopiedBytes += done;
        return done;
    }

    /// <summary>Copies one structure into the writable part.</summary>
    /// <returns>Whether there is room for all of it.</returns>
    public bool TryWrite<T>(long offset, in T value)
        where T : unmanaged
    {
        IoVector* first = _segments + ReadableCount;
        if (WritableCount > 0 && Holds(first, offset, sizeof(T)))
        {
            Unsafe.WriteUnaligned((byte*)first->Base + offset, value);
            CopiedBytes += sizeof(T);
            return true;
        }

        return Write(offset, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value))) == sizeof(T);
    }

    /// <summary>Buffers of the readable part for a system call, in place.</summary>
    /// <param name="offset">From which byte on.</param>
    /// <param name="length">Bytes at most.</param>
    /// <returns>Valid until the next selection.</returns>
    public ReadOnlySpan<IoVector> SelectReadable(long offset, long length) => Select(_segments, ReadableCount, offset, length);

    /// <summary>Buffers of the writable part for a system call, in place.</summary>
    /// <param name="offset">From which byte on.</param>
    /// <param name="length">Bytes at most.</param>
    /// <returns>Valid until the next selection.</returns>
    public ReadOnlySpan<IoVector> SelectWritable(long offset, long length) => Select(_segments + ReadableCount, WritableCount, offset, length);

    /// <summary>A system call moved bytes between a selection and a file.</summary>
    /// <param name="count">Its result: nothing if that is an error.</param>
    public void AddMoved(long count) => MovedBytes += Math.Max(count, 0);

    /// <summary>This process copied bytes out of the buffers or into them by itself, past <see cref="Read"/> and <see cref="Write"/>.</summary>
    internal void AddCopied(long count) => CopiedBytes += count;

    /// <summary>Cuts off the two headers of a request that has at most one buffer of data in each direction.</summary>
    /// <param name="request">Where the request's header is.</param>
    /// <param name="answer">Where the answer's header belongs.</param>
    /// <param name="readable">What lies behind the request's header; maybe nothing.</param>
    /// <param name="writable">What lies behind the answer's header; maybe nothing.</param>
    /// <returns>False if it lies in more buffers, or a header in two.</returns>
    internal bool TryCut<TRequest, TAnswer>(out TRequest* request, out TAnswer* answer, out IoVector readable, out IoVector writable)
        where TRequest : unmanaged
        where TAnswer : unmanaged
    {
        request = null;
        answer = null;
        (readable, writable) = (default, default);
        if (ReadableCount is not (1 or 2) || WritableCount is not (1 or 2))
            return false;

        request = (TRequest*)_segments->Base;
        answer = (TAnswer*)_segments[ReadableCount].Base;
        return TryCut(_segments, ReadableCount, sizeof(TRequest), out readable) && TryCut(_segments + ReadableCount, WritableCount, sizeof(TAnswer), out writable);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        NativeMemory.Free(_segments);
        NativeMemory.Free(_selected);
        NativeMemory.Free(_remembered);
    }

    /// <summary>Begins the chain anew, if it was the last one too and its descriptors say what they said then.</summary>
    /// <remarks>Drivers use a place again, and programs a buffer. What was checked then need not be checked again.</remarks>
    internal bool TryRepeat(Virtqueue queue, ushort head)
    {
        if (_owner != queue || Head != head)
            return false;

        for (int i = 0; i < _descriptors; i++)
        {
            Remembered* one = _remembered + i;
            if (Volatile.Read(ref *one->Place) != one->Address || Volatile.Read(ref *(one->Place + 1)) != one->Rest)
                return false;
        }

        CopiedBytes = 0;
        MovedBytes = 0;
        return true;
    }

    /// <summary>A descriptor was read, at a place in the driver's memory.</summary>
    internal void Remember(ulong* place, ulong address, ulong rest)
    {
        if (_descriptors < MaxRemembered)
            _remembered[_descriptors] = new Remembered { Place = place, Address = address, Rest = rest };
        _descriptors++;
    }

    /// <summary>The chain is whole, and obeys all rules of a queue.</summary>
    internal void End(Virtqueue queue) => _owner = _descriptors <= MaxRemembered ? queue : null;

    /// <summary>Starts to collect a chain.</summary>
    internal void Begin(ushort head)
    {
        _owner = null;
        _descriptors = 0;
        Head = head;
        ReadableCount = 0;
        WritableCount = 0;
        ReadableBytes = 0;
        WritableBytes = 0;
        CopiedBytes = 0;
        MovedBytes = 0;
    }

    /// <summary>Adds a buffer behind the last one.</summary>
    /// <returns>Whether there is a place for it.</returns>
    internal bool TryAdd(byte* start, ulong length, bool writable)
    {
        int count = ReadableCount + WritableCount;
        if (count == MaxSegments)
            return false;

        _segments[count] = new IoVector { Base = (ulong)start, Length = length };
        if (writable)
        {
            WritableCount++;
            WritableBytes += (long)length;
        }
        else
        {
            ReadableCount++;
            ReadableBytes += (long)length;
        }

        return true;
    }

    /// <summary>Whether a part of some bytes, most often a header, lies in one buffer.</summary>
    private static bool Holds(IoVector* segment, long offset, int length) => (ulong)offset <= segment->Length && segment->Length - (ulong)offset >= (ulong)length;

    private static bool TryCut(IoVector* segments, int count, int bytes, out IoVector rest)
    {
        // By field: a copy of both that were just stored one by one would have to wait for the stores.
        ulong length = segments->Length;
        if (count == 2)
        {
            (rest.Base, rest.Length) = (segments[1].Base, segments[1].Length);
            return length == (ulong)bytes;
        }

        (rest.Base, rest.Length) = (segments->Base + (ulong)bytes, length - (ulong)bytes);
        return length >= (ulong)bytes;
    }

    private ReadOnlySpan<IoVector> Select(IoVector* segments, int count, long offset, long length)
    {
        int selected = 0;
        for (int i = 0; i < count && length > 0; i++)
        {
            ulong bytes = segments[i].Length;
            if ((ulong)offset >= bytes)
            {
                offset -= (long)bytes;
                continue;
            }

            ulong piece = Math.Min(bytes - (ulong)offset, (ulong)length);
            _selected[selected++] = new IoVector { Base = segments[i].Base + (ulong)offset, Length = piece };
            length -= (long)piece;
            offset = 0;
        }

        return new(_selected, selected);
    }

    private static IoVector* Allocate() => (IoVector*)NativeMemory.Alloc(MaxSegments, (nuint)sizeof(IoVector));

    private struct Remembered
    {
        internal ulong* Place;
        internal ulong Address;
        internal ulong Rest;
    }
}
