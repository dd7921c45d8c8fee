using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.FileSystem;

/// <summary>Open descriptors by numbers that a guest knows. A number that was given up never means another file.</summary>
/// <remarks>
/// The guest may give up a number on one queue while another queue uses it: the descriptor is closed when the last
/// user is done. Allocates only when it grows.
/// </remarks>
internal sealed class DescriptorTable
{
    private const int Free = -1;

    private readonly Lock _gate = new();
    private Slot[] _slots = new Slot[64];
    private int _count;
    private int _freeSlot = Free;

    /// <summary>Takes over a descriptor.</summary>
    /// <returns>Its number: never 0.</returns>
    internal ulong Add(int descriptor)
    {
        lock (_gate)
        {
            int index = _freeSlot;
            if (index == Free)
            {
                if (_count == _slots.Length)
                    Array.Resize(ref _slots, _count * 2);
                index = _count++;
            }
            else
            {
                _freeSlot = _slots[index].NextFree;
            }

            ref Slot slot = ref _slots[index];
            slot.Descriptor = descriptor;
            slot.Users = 0;
            slot.Open = true;
            slot.Generation++;
            return ((ulong)slot.Generation << 32) | (uint)index;
        }
    }

    /// <summary>Uses a descriptor until the result is disposed of.</summary>
    /// <param name="number">Any number at all.</param>
    internal Use Borrow(ulong number)
    {
        lock (_gate)
        {
            int index = Find(number);
            if (index < 0)
                return Use.None;

            _slots[index].Users++;
            return new Use(this, index, _slots[index].Descriptor);
        }
    }

    /// <summary>Gives up a number. Whoever uses its descriptor keeps it until he is done.</summary>
    /// <returns>Whether there was one.</returns>
    internal bool Remove(ulong number)
    {
        lock (_gate)
        {
            int index = Find(number);
            if (index < 0)
                return false;

            _slots[index].Open = false;
            if (_slots[index].Users == 0)
                Close(index);
            return true;
        }
    }

    /// <summary>Gives up all numbers.</summary>
    internal void Clear()
    {
        lock (_gate)
        {
            for (int index = 0; index < _count; index++)
            {
                if (!_slots[index].Open)
                    continue;

                _slots[index].Open = false;
                if (_slots[index].Users == 0)
                    Close(index);
            }
        }
    }

    private int Find(ulong number)
    {
        ulong index = number & uint.MaxValue;
        return index < (ulong)_count && _slots[index].Open && _slots[index].Generation == number >> 32 ? (int)index : Free;
    }

    private void Return(int index)
    {
        lock (_gate)
        {
            if (--_slots[index].Users == 0 && !_slots[index].Open)
                Close(index);
        }
    }

    private void Close(int index)
    {
        // Errors of a delayed write are told by flush and fsync; the descriptor is closed in any case.
        _ = Libc.Close(_slots[index].Descriptor);
        _slots[index].NextFree = _freeSlot;
        _freeSlot = index;
    }

    /// <summary>A descriptor in use.</summary>
    /// <param name="table">Who is told when the use ends; null for a descriptor that nobody gives up.</param>
    /// <param name="index">Its place there.</param>
    /// <param name="descriptor">The descriptor, or a negative number for none.</param>
    internal readonly ref struct Use(DescriptorTable? table, int index, int descriptor)
    {
        internal static Use None => new(null, 0, -1);

        /// <summary>Whether the number meant one.</summary>
        internal bool Exists => descriptor >= 0;

        internal int Descriptor => descriptor;

        public void Dispose() => table?.Return(index);
    }

    private struct Slot
    {
        internal int Descriptor;
        internal int Users;
        internal int NextFree;
        internal uint Generation;
        internal bool Open;
    }
}
