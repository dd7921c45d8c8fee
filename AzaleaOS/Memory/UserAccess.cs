using System.Threading;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>Touches the application's memory, which may be missing, or vanish in between.</summary>
/// <remarks>
/// These bodies are for the host, where no page fault can be caught: they ask the areas first. In
/// the kernel plugs take their place, which try and recover from the page fault. Addresses are in
/// the application's half; counts say what was <em>not</em> done.
/// </remarks>
internal static unsafe class UserAccess
{
    /// <summary>Copies to the kernel.</summary>
    /// <returns>How many bytes at the end were not copied.</returns>
    internal static ulong CopyIn(void* to, ulong from, ulong count)
    {
        ulong copied = AddressSpace.Current->Provide(from, count, Protection.Read);
        Buffer.MemoryCopy((void*)from, to, count, copied);
        return count - copied;
    }

    /// <summary>Copies to the application.</summary>
    /// <returns>How many bytes at the end were not copied.</returns>
    internal static ulong CopyOut(ulong to, void* from, ulong count)
    {
        ulong copied = AddressSpace.Current->Provide(to, count, Protection.Write);
        Buffer.MemoryCopy(from, (void*)to, count, copied);
        return count - copied;
    }

    /// <summary>Fills with zeros.</summary>
    /// <returns>How many bytes at the end were not.</returns>
    internal static ulong Clear(ulong to, ulong count)
    {
        ulong cleared = AddressSpace.Current->Provide(to, count, Protection.Write);
        System.Runtime.InteropServices.NativeMemory.Clear((void*)to, (nuint)cleared);
        return count - cleared;
    }

    /// <summary>Copies a text with its final zero.</summary>
    /// <returns>Bytes before the zero; <paramref name="room"/> where there is none in so many; -1 where memory is missing.</returns>
    internal static long CopyText(byte* to, ulong from, ulong room)
    {
        for (ulong i = 0; i < room; i++)
        {
            if (CopyIn(to + i, from + i, 1) != 0)
            {
                return -1;
            }

            if (to[i] == 0)
            {
                return (long)i;
            }
        }

        return (long)room;
    }

    /// <summary>In what <see cref="CopyPath"/> gives: the path is absolute, and may lead up.</summary>
    internal const long LeadsUp = 1L << 32;

    /// <summary>Copies a path with its final zero, and perhaps some bytes more.</summary>
    /// <param name="to">Where it goes.</param>
    /// <param name="from">Where it is.</param>
    /// <param name="room">Bytes there, a multiple of 16.</param>
    /// <returns>As <see cref="CopyText"/>, with <see cref="LeadsUp"/> set if that cannot be ruled out.</returns>
    internal static long CopyPath(byte* to, ulong from, ulong room)
    {
        long length = CopyText(to, from, room);
        return length > 0 && *to == '/' ? length | LeadsUp : length;
    }

    /// <summary>Reads four bytes.</summary>
    /// <returns>Them; -1 where memory is missing.</returns>
    internal static long Load(ulong address)
        => AddressSpace.Current->Provide(address, sizeof(uint), Protection.Read) == sizeof(uint) ? Volatile.Read(ref *(uint*)address) : -1;

    /// <summary>Replaces four bytes if they are as expected, in one step.</summary>
    /// <returns>What they were; -1 where memory is missing.</returns>
    internal static long CompareExchange(ulong address, uint expected, uint desired)
        => AddressSpace.Current->Provide(address, sizeof(uint), Protection.Write) == sizeof(uint)
            ? Interlocked.CompareExchange(ref *(uint*)address, desired, expected)
            : -1;

    /// <summary>Where code that touched missing memory goes on: first instruction, the one after the last, target; a zero ends the list.</summary>
    internal static ulong* Fixups() => null;

    /// <summary>Where code goes on that faulted on the application's memory.</summary>
    /// <param name="instruction">The instruction that faulted.</param>
    /// <returns>0 if it is none of those above.</returns>
    internal static ulong FindFixup(ulong instruction)
    {
        for (ulong* fixup = Fixups(); fixup != null && *fixup != 0; fixup += 3)
        {
            if (instruction >= fixup[0] && instruction < fixup[1])
            {
                return fixup[2];
            }
        }

        return 0;
    }
}
