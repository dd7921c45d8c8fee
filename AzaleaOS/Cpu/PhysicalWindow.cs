using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>A stretch of physical memory that can be read at some address right now.</summary>
/// <remarks>
/// Every access is checked against the window, so that a table that lies about its size gives an
/// error and not a wild read. At boot the window is the identity map of the entry code; on the host
/// it is a buffer of the test.
/// </remarks>
internal readonly unsafe struct PhysicalWindow(byte* pointer, ulong start, ulong length)
{
    private readonly byte* _pointer = pointer;
    private readonly ulong _start = start;
    private readonly ulong _length = length;

    /// <summary>The first 4 GiB at their own addresses, as long as the entry code's page tables are loaded.</summary>
    internal static PhysicalWindow BootIdentity => new(null, 0, MemoryMap.BootIdentitySize);

    /// <summary>Whether the whole range lies inside the window. An empty range does if its address does.</summary>
    internal bool Contains(PhysicalAddress address, ulong bytes)
        => address.Value >= _start
        && address.Value - _start <= _length
        && bytes <= _length - (address.Value - _start);

    /// <summary>Where a range can be read, if all of it lies inside the window.</summary>
    internal bool TryGet(PhysicalAddress address, ulong bytes, out byte* pointer)
    {
        bool inside = Contains(address, bytes);
        pointer = inside ? _pointer + (address.Value - _start) : null;
        return inside;
    }

    /// <summary>Reads a value that need not be aligned.</summary>
    internal bool TryRead<T>(PhysicalAddress address, out T value)
        where T : unmanaged
    {
        if (TryGet(address, (ulong)sizeof(T), out byte* pointer))
        {
            value = Unsafe.ReadUnaligned<T>(pointer);
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Finds a text that ends with a zero byte within some bytes.</summary>
    internal bool TryGetString(PhysicalAddress address, int maxLength, out ByteString text)
    {
        if (Contains(address, 0))
        {
            byte* pointer = _pointer + (address.Value - _start);
            ulong available = Math.Min(_length - (address.Value - _start), (ulong)maxLength + 1);
            for (int length = 0; (ulong)length < available; length++)
            {
                if (pointer[length] == 0)
                {
                    text = new ByteString(pointer, length);
                    return true;
                }
            }
        }

        text = default;
        return false;
    }
}
