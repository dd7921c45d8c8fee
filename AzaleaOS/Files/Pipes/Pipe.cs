using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Memory;
using AzaleaOS.Threads;
using Mutex = AzaleaOS.Threads.Mutex;

namespace AzaleaOS.Files.Pipes;

/// <summary>A pipe: a ring of pages between those who write and those who read.</summary>
/// <remarks>
/// <para>
/// As in Linux, bytes lie in slots of a page each: a write is added to the last page if all that does not fill
/// whole pages fits there, and begins a new one otherwise. So at most PIPE_BUF bytes stay together without
/// further care, and a pipe is writable when a slot is free.
/// </para>
/// <para>
/// <see cref="Lock"/> guards everything. <see cref="_head"/>, <see cref="_tail"/>, <see cref="_slots"/> and the
/// counts of readers and writers are read without it by poll, which asks again after every wake-up.
/// </para>
/// Source: Linux, fs/pipe.c; pipe(7).
/// </remarks>
internal unsafe struct Pipe
{
    /// <summary>PIPE_BUF: writes up to here are not mixed with others.</summary>
    internal const int AtomicBytes = KernelPages.Size;

    /// <summary>Slots of a new pipe: 64 KiB.</summary>
    internal const int DefaultSlots = 16;

    /// <summary>The largest pipe: 1 MiB, /proc/sys/fs/pipe-max-size.</summary>
    internal const int MostSlots = KernelPages.Size / 16;

    private static SharedPool<Pipe> s_pool;

    /// <summary>Guards the pipe; held while bytes are copied.</summary>
    internal Mutex Lock;

    /// <summary>Blocked readers, and for a FIFO those who open it for writing.</summary>
    internal WaitQueue ReadQueue;

    /// <summary>Blocked writers, and for a FIFO those who open it for reading.</summary>
    internal WaitQueue WriteQueue;

    /// <summary>Those who poll either end.</summary>
    internal WaitQueue Watchers;

    /// <summary>Open files that read.</summary>
    internal int Readers;

    /// <summary>Open files that write.</summary>
    internal int Writers;

    /// <summary>How often it was opened for reading: whoever waits for a reader sees that one came, even if it left again.</summary>
    internal uint ReaderOpens;

    /// <summary>How often it was opened for writing.</summary>
    internal uint WriterOpens;

    /// <summary>Open files, and calls that are opening it.</summary>
    internal int Users;

    private uint _head;
    private uint _tail;
    private uint _slots;
    private PipeSlot* _ring;
    private byte* _spare;
    private OwnSlots _own;

    /// <summary>Nothing to read.</summary>
    internal readonly bool IsEmpty => Volatile.Read(in _head) == Volatile.Read(in _tail);

    /// <summary>No free slot.</summary>
    internal readonly bool IsFull => Volatile.Read(in _head) - Volatile.Read(in _tail) >= Volatile.Read(in _slots);

    /// <summary>Slots that it has: its size in pages.</summary>
    internal readonly int Slots => (int)_slots;

    /// <summary>Makes a pipe; null when memory is exhausted.</summary>
    internal static Pipe* Make()
    {
        Pipe* pipe = s_pool.Take();
        if (pipe != null)
        {
            pipe->_slots = DefaultSlots;
        }

        return pipe;
    }

    /// <summary>Forgets all pipes.</summary>
    internal static void Reset() => s_pool = default;

    /// <summary>Takes a pipe apart that nobody has open.</summary>
    internal static void Free(Pipe* pipe)
    {
        for (; pipe->_tail != pipe->_head; pipe->_tail++)
        {
            BufferPages.Give(pipe->SlotAt(pipe->_tail)->Page);
        }

        if (pipe->_spare != null)
        {
            BufferPages.Give(pipe->_spare);
        }

        if (pipe->_ring != null)
        {
            BufferPages.Give(pipe->_ring);
        }

        s_pool.Return(pipe);
    }

    /// <summary>Bytes to read: FIONREAD.</summary>
    internal long ByteCount()
    {
        long bytes = 0;
        for (uint at = _tail; at != _head; at++)
        {
            bytes += SlotAt(at)->Length;
        }

        return bytes;
    }

    /// <summary>Takes bytes out, without waiting.</summary>
    /// <param name="transfer">Where they go.</param>
    /// <param name="moved">Bytes.</param>
    /// <param name="madeRoom">A full pipe got a free slot.</param>
    /// <returns>0, or -EFAULT if the buffers cannot be written.</returns>
    internal long TakeOut(Transfer* transfer, out long moved, out bool madeRoom)
    {
        moved = 0;
        madeRoom = false;
        while (transfer->Left != 0 && _head != _tail)
        {
            PipeSlot* slot = SlotAt(_tail);
            ulong wanted = Math.Min(slot->Length, transfer->Left);
            ulong copied = transfer->Put(slot->Page + slot->Offset, wanted);
            if (copied < wanted)
            {
                return -Errno.EFAULT;
            }

            moved += (long)copied;
            bool isPacket = slot->IsPacket;
            Consume((ushort)copied, ref madeRoom);
            if (isPacket)
            {
                break;
            }
        }

        return 0;
    }

    /// <summary>Removes bytes from the first slot; a packet goes as a whole, and so does an empty slot.</summary>
    internal void Consume(ushort bytes, ref bool madeRoom)
    {
        PipeSlot* slot = SlotAt(_tail);
        slot->Offset += bytes;
        slot->Length -= bytes;
        if (slot->Length != 0 && !slot->IsPacket)
        {
            return;
        }

        GivePage(slot->Page);
        madeRoom |= IsFull;
        Volatile.Write(ref _tail, _tail + 1);
    }

    /// <summary>Adds to the last page what does not fill whole pages of its own, if it fits there.</summary>
    /// <param name="transfer">What is written.</param>
    /// <param name="moved">Bytes that were added.</param>
    /// <returns>0, or -EFAULT.</returns>
    internal long Merge(Transfer* transfer, out long moved)
    {
        moved = 0;
        uint rest = (uint)(transfer->Left % KernelPages.Size);
        if (rest == 0 || _head == _tail)
        {
            return 0;
        }

        PipeSlot* last = SlotAt(_head - 1);
        int end = last->Offset + last->Length;
        if (last->IsPacket || end + rest > KernelPages.Size)
        {
            return 0;
        }

        if (transfer->Take(last->Page + end, rest) < rest)
        {
            return -Errno.EFAULT;
        }

        last->Length += (ushort)rest;
        moved = rest;
        return 0;
    }

    /// <summary>Puts up to a page into a free slot.</summary>
    /// <param name="transfer">What is written; not empty.</param>
    /// <param name="isPacket">O_DIRECT.</param>
    /// <returns>Bytes, or -EFAULT, -ENOMEM.</returns>
    internal long PutPage(Transfer* transfer, bool isPacket)
    {
        byte* page = TakePage();
        if (page == null)
        {
            return -Errno.ENOMEM;
        }

        ulong wanted = Math.Min(transfer->Left, KernelPages.Size);
        ulong copied = transfer->Take(page, wanted);
        if (copied < wanted)
        {
            GivePage(page);
            return -Errno.EFAULT;
        }

        Push(page, 0, (ushort)copied, isPacket);
        return (long)copied;
    }

    /// <summary>Puts bytes of the kernel into a free slot.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal bool PutBytes(byte* from, int count, bool isPacket)
    {
        byte* page = TakePage();
        if (page == null)
        {
            return false;
        }

        Buffer.MemoryCopy(from, page, KernelPages.Size, count);
        Push(page, 0, (ushort)count, isPacket);
        return true;
    }

    /// <summary>Gives a page with bytes to a pipe with a free slot.</summary>
    internal void Push(byte* page, ushort offset, ushort length, bool isPacket)
    {
        *SlotAt(_head) = new PipeSlot { Page = page, Offset = offset, Length = length, IsPacket = isPacket };
        Volatile.Write(ref _head, _head + 1);
    }

    /// <summary>The first slot that holds bytes, and those behind it; null behind the last one.</summary>
    internal PipeSlot* Peek(uint index = 0) => _tail + index == _head ? null : SlotAt(_tail + index);

    /// <summary>Takes the first slot off; its page is the caller's.</summary>
    internal PipeSlot Pop(out bool madeRoom)
    {
        PipeSlot slot = *SlotAt(_tail);
        madeRoom = IsFull;
        Volatile.Write(ref _tail, _tail + 1);
        return slot;
    }

    /// <summary>F_SETPIPE_SZ.</summary>
    /// <param name="bytes">At least that many; rounded up to a power of two of pages.</param>
    /// <returns>The size, or -EINVAL, -EPERM (more than the largest), -EBUSY (less than what is in it), -ENOMEM.</returns>
    internal long Resize(ulong bytes)
    {
        if (bytes > 1u << 31)
        {
            return -Errno.EINVAL;
        }

        ulong slots = Math.Max(1, (bytes + KernelPages.Size - 1) / KernelPages.Size);
        slots = System.Numerics.BitOperations.RoundUpToPowerOf2(slots);
        if (slots > MostSlots)
        {
            return -Errno.EPERM;
        }

        uint used = _head - _tail;
        if (slots < used)
        {
            return -Errno.EBUSY;
        }

        PipeSlot* ring = null;
        if (slots > DefaultSlots)
        {
            ring = (PipeSlot*)BufferPages.Take();
            if (ring == null)
            {
                return -Errno.ENOMEM;
            }
        }

        MoveTo(ring, used);
        Volatile.Write(ref _slots, (uint)slots);
        return (long)slots * KernelPages.Size;
    }

    // From now on slot n is at index n of the new ring.
    private void MoveTo(PipeSlot* ring, uint used)
    {
        OwnSlots copy = default;
        PipeSlot* to = ring != null ? ring : &copy.First;
        for (uint i = 0; i < used; i++)
        {
            to[i] = *SlotAt(_tail + i);
        }

        if (_ring != null)
        {
            BufferPages.Give(_ring);
        }

        _ring = ring;
        _own = copy;
        _tail = 0;
        _head = used;
    }

    private PipeSlot* SlotAt(uint position)
    {
        // A pipe lies in a pool and does not move.
        PipeSlot* ring = _ring != null ? _ring : (PipeSlot*)Unsafe.AsPointer(ref _own.First);
        return ring + (position & (_slots - 1));
    }

    // One page stays with the pipe: small messages that come and go need no other lock.
    private byte* TakePage()
    {
        byte* page = _spare;
        _spare = null;
        return page != null ? page : BufferPages.Take();
    }

    private void GivePage(byte* page)
    {
        if (_spare == null)
        {
            _spare = page;
        }
        else
        {
            BufferPages.Give(page);
        }
    }

    [InlineArray(DefaultSlots)]
    private struct OwnSlots
    {
        internal PipeSlot First;
    }
}
