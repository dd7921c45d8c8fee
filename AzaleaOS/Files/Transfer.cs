using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>The bytes that one call moves: the caller's buffer, in one part or several, and where in the file.</summary>
/// <remarks>
/// A file hands bytes to <see cref="Put"/> when it is read and gets them from <see cref="Take"/> when it is
/// written. Both copy to or from the application's memory, which may vanish meanwhile or be missing from the start:
/// they give the bytes copied, and fewer than asked only then. No spin lock is held around them.
/// A vector is looked at twice, when the call begins and when a part's turn comes; a program that changes it
/// meanwhile gets what is there then, within the limits found first.
/// </remarks>
internal unsafe struct Transfer
{
    /// <summary>Linux moves no more in one call (include/linux/fs.h, MAX_RW_COUNT).</summary>
    internal const ulong Largest = 0x7fff_f000;

    private const int LargestVector = 1024;

    /// <summary>Bytes that have not been moved.</summary>
    internal ulong Left;

    /// <summary>Where in the file, for files that have positions. The file moves it on.</summary>
    internal long Position;

    /// <summary>RWF_ flags as the application gave them, for files that answer by themselves what they mean.</summary>
    internal uint Flags;

    /// <summary>Answer -EAGAIN instead of waiting: O_NONBLOCK or RWF_NOWAIT.</summary>
    internal bool NonBlocking;

    /// <summary>Write at the end of the file: O_APPEND or RWF_APPEND.</summary>
    internal bool Append;

    /// <summary>RWF_NOAPPEND: the position counts although the file was opened with O_APPEND.</summary>
    internal bool IgnoreAppend;

    private bool _isKernel;
    private int _parts;
    private ulong _at;
    private ulong _length;
    private UserPointer<IoVector> _next;

    /// <summary>One buffer of the application.</summary>
    /// <returns>0, or -EFAULT for a buffer that is not in the application's half.</returns>
    internal static long Of(ulong buffer, ulong count, out Transfer transfer)
    {
        transfer = default;
        if (!UserMemory.IsInside(buffer, count))
        {
            return -Errno.EFAULT;
        }

        count = Math.Min(count, Largest);
        transfer.Left = count;
        transfer._at = buffer;
        transfer._length = count;
        return 0;
    }

    /// <summary>A vector of buffers: readv and its relatives.</summary>
    /// <returns>0, or -EINVAL, -EFAULT.</returns>
    internal static long Of(UserPointer<IoVector> vector, ulong count, out Transfer transfer)
    {
        transfer = default;
        if (count > LargestVector)
        {
            return -Errno.EINVAL;
        }

        ulong total = 0;
        for (int i = 0; i < (int)count; i++)
        {
            if (!vector.At(i).TryRead(out IoVector part))
            {
                return -Errno.EFAULT;
            }

            if ((long)part.Length < 0)
            {
                return -Errno.EINVAL;
            }

            if (!UserMemory.IsInside(part.Base, part.Length))
            {
                return -Errno.EFAULT;
            }

            total += Math.Min(part.Length, Largest - total);
        }

        transfer.Left = total;
        transfer._next = vector;
        transfer._parts = (int)count;
        return 0;
    }

    /// <summary>A buffer of the kernel.</summary>
    internal static Transfer OfKernel(void* buffer, ulong count)
        => new() { Left = count, _at = (ulong)buffer, _length = count, _isKernel = true };

    /// <summary>Gives bytes to the reader.</summary>
    /// <returns>How many; fewer than asked or left only where its memory cannot be written.</returns>
    internal ulong Put(void* from, ulong count) => Move((byte*)from, count, Direction.Put);

    /// <summary>Gives zeros to the reader.</summary>
    /// <returns>As <see cref="Put"/>.</returns>
    internal ulong PutZeros(ulong count) => Move(null, count, Direction.PutZeros);

    /// <summary>Gets bytes from the writer.</summary>
    /// <returns>How many; fewer than asked or left only where its memory cannot be read.</returns>
    internal ulong Take(void* to, ulong count) => Move((byte*)to, count, Direction.Take);

    /// <summary>Whether all that is left can be read from the application's memory now.</summary>
    internal readonly bool IsReadable
    {
        get
        {
            Transfer rest = this;
            while (rest.Left != 0 && (rest._length != 0 || rest.NextPart()))
            {
                ulong piece = Math.Min(rest._length, AddressSpace.PageSize - (rest._at % AddressSpace.PageSize));
                if (!_isKernel && !UserMemory.TryRead(rest._at, out byte _))
                {
                    return false;
                }

                rest.Advance(piece);
            }

            return rest.Left == 0;
        }
    }

    /// <summary>Where the next bytes are, without moving any.</summary>
    /// <param name="address">In the application's half, or the kernel's for <see cref="OfKernel"/>.</param>
    /// <param name="length">How many lie there in one part of the buffer.</param>
    /// <param name="isKernel">Whether it is memory of the kernel.</param>
    /// <returns>False if nothing is left, or the application's vector cannot be read any more.</returns>
    internal bool Peek(out ulong address, out ulong length, out bool isKernel)
    {
        bool isThere = Left != 0 && (_length != 0 || NextPart(waits: false));
        address = _at;
        length = Math.Min(_length, Left);
        isKernel = _isKernel;
        return isThere;
    }

    /// <summary>As <see cref="Peek"/>, but may wait for the vector.</summary>
    internal bool PeekPatiently(out ulong address, out ulong length, out bool isKernel)
    {
        if (Left != 0 && _length == 0)
        {
            NextPart();
        }

        return Peek(out address, out length, out isKernel);
    }

    /// <summary>Passes over bytes.</summary>
    internal void Skip(ulong count)
    {
        count = Math.Min(count, Left);
        while (count != 0 && (_length != 0 || NextPart(waits: false)))
        {
            ulong piece = Math.Min(count, _length);
            Advance(piece);
            count -= piece;
        }
    }

    private ulong Move(byte* kernel, ulong count, Direction direction)
    {
        count = Math.Min(count, Left);
        ulong done = 0;
        while (done < count && (_length != 0 || NextPart()))
        {
            ulong piece = Math.Min(count - done, _length);
            ulong copied = _isKernel ? CopyKernel(kernel + done, piece, direction) : direction switch
            {
                Direction.Put => UserMemory.CopyOut(_at, kernel + done, piece),
                Direction.Take => UserMemory.CopyIn(kernel + done, _at, piece),
                _ => UserMemory.Clear(_at, piece),
            };
            Advance(copied);
            done += copied;
            if (copied < piece)
            {
                break;
            }
        }

        return done;
    }

    private readonly ulong CopyKernel(byte* kernel, ulong count, Direction direction)
    {
        Span<byte> here = new((void*)_at, (int)count);
        if (direction == Direction.PutZeros)
        {
            here.Clear();
        }
        else if (direction == Direction.Put)
        {
            new Span<byte>(kernel, (int)count).CopyTo(here);
        }
        else
        {
            here.CopyTo(new Span<byte>(kernel, (int)count));
        }

        return count;
    }

    private void Advance(ulong count)
    {
        _at += count;
        _length -= count;
        Left -= count;
    }

    // Between the parts of a request for a peer nobody may wait, not even for a foreign page.
    private bool NextPart(bool waits = true)
    {
        while (_parts > 0 && _length == 0)
        {
            IoVector part = default;
            bool isRead = waits ? _next.TryRead(out part) : UserAccess.CopyIn(&part, _next.Address, (ulong)sizeof(IoVector)) == 0;
            if (!isRead || !UserMemory.IsInside(part.Base, Math.Min(part.Length, Left)))
            {
                return false;
            }

            _next = _next.At(1);
            _parts--;
            _at = part.Base;
            _length = Math.Min(part.Length, Left);
        }

        return _length != 0;
    }

    private enum Direction
    {
        Put,
        PutZeros,
        Take,
    }
}
