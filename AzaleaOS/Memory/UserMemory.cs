using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>The application's memory, as its system calls name it.</summary>
/// <remarks>
/// Another thread may take it away at any moment, so nothing is used in place: it is copied, and the
/// copy says how far it came. Pages that are owed are provided on the way, and brought if they are somewhere else: then the
/// thread waits, except where a word is read or exchanged, which fails. A caller holds no spin lock.
/// </remarks>
internal static unsafe class UserMemory
{
    /// <summary>The longest path, with its final zero: PATH_MAX.</summary>
    internal const int PathMax = 4096;

    /// <summary>Whether a range lies in the application's half. Whether something is there only a copy can tell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsInside(ulong address, ulong length) => address <= AddressSpace.Highest && length <= AddressSpace.Highest - address;

    /// <summary>Copies bytes in.</summary>
    /// <returns>How many bytes were copied: fewer than asked for if the application may not read the next one.</returns>
    internal static ulong CopyIn(void* to, ulong from, ulong bytes)
    {
        ulong reachable = Reachable(from, bytes);
        ulong left = UserAccess.CopyIn(to, from, reachable);
        while (left != 0 && IsBrought(from + (reachable - left), left))
        {
            ulong done = reachable - left;
            left = UserAccess.CopyIn((byte*)to + done, from + done, left);
        }

        return reachable - left;
    }

    /// <summary>Copies bytes out.</summary>
    /// <returns>How many bytes were copied: fewer than asked for if the application may not write the next one.</returns>
    internal static ulong CopyOut(ulong to, void* from, ulong bytes)
    {
        ulong reachable = Reachable(to, bytes);
        ulong left = UserAccess.CopyOut(to, from, reachable);
        while (left != 0 && IsBrought(to + (reachable - left), left))
        {
            ulong done = reachable - left;
            left = UserAccess.CopyOut(to + done, (byte*)from + done, left);
        }

        return reachable - left;
    }

    /// <summary>Fills with zeros.</summary>
    /// <returns>How many bytes were.</returns>
    internal static ulong Clear(ulong to, ulong bytes)
    {
        ulong reachable = Reachable(to, bytes);
        ulong left = UserAccess.Clear(to, reachable);
        while (left != 0 && IsBrought(to + (reachable - left), left))
        {
            left = UserAccess.Clear(to + (reachable - left), left);
        }

        return reachable - left;
    }

    /// <summary>Copies a structure in.</summary>
    /// <returns>False when the application may not read it.</returns>
    internal static bool TryRead<T>(ulong address, out T value)
        where T : unmanaged
    {
        Unsafe.SkipInit(out value);
        fixed (T* to = &value)
        {
            if (IsInside(address, (ulong)sizeof(T)) && CopyIn(to, address, (ulong)sizeof(T)) == (ulong)sizeof(T))
            {
                return true;
            }
        }

        // Nothing the caller may look at, but never the stack's past.
        value = default;
        return false;
    }

    /// <summary>Copies a structure out.</summary>
    /// <returns>False when the application may not write there.</returns>
    internal static bool TryWrite<T>(ulong address, in T value)
        where T : unmanaged
    {
        fixed (T* from = &value)
        {
            return IsInside(address, (ulong)sizeof(T)) && CopyOut(address, from, (ulong)sizeof(T)) == (ulong)sizeof(T);
        }
    }

    /// <summary>Copies bytes out.</summary>
    /// <returns>False when the application may not write there.</returns>
    internal static bool TryWrite(ulong address, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* from = bytes)
        {
            // No bytes can be written anywhere.
            return bytes.IsEmpty || IsInside(address, (ulong)bytes.Length) && CopyOut(address, from, (ulong)bytes.Length) == (ulong)bytes.Length;
        }
    }

    /// <summary>Reads a word that other threads may write.</summary>
    /// <returns>False when the application may not read it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryLoad(ulong address, out uint value)
    {
        long loaded = IsInside(address, sizeof(uint)) ? UserAccess.Load(address) : -1;
        value = (uint)loaded;
        return loaded >= 0;
    }

    /// <summary>Replaces a word if it is as expected, in one step.</summary>
    /// <param name="address">A multiple of four.</param>
    /// <param name="expected">What it must be.</param>
    /// <param name="desired">What it becomes.</param>
    /// <param name="old">What it was: <paramref name="expected"/> if it was replaced.</param>
    /// <returns>False when the application may not write it.</returns>
    internal static bool TryCompareExchange(ulong address, uint expected, uint desired, out uint old)
    {
        long was = IsInside(address, sizeof(uint)) ? UserAccess.CompareExchange(address, expected, desired) : -1;
        old = (uint)was;
        return was >= 0;
    }

    /// <summary>Copies a text in.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="room">Bytes there, not 0.</param>
    /// <returns>Bytes without the final zero; <paramref name="room"/> if none is among so many; -EFAULT.</returns>
    internal static long CopyText(ulong address, byte* to, int room)
    {
        ulong reachable = Reachable(address, (ulong)room);
        long length = reachable == 0 ? -1 : UserAccess.CopyText(to, address, reachable);
        while (length < 0 && reachable != 0 && IsBrought(address, reachable))
        {
            length = UserAccess.CopyText(to, address, reachable);
        }

        return length < 0 || (length == (long)reachable && reachable < (ulong)room) ? -Errno.EFAULT : length;
    }

    /// <summary>Copies a path in: another thread may change it while it is looked at.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="to">Room for <see cref="PathMax"/> bytes.</param>
    /// <returns>Bytes without the final zero; -EFAULT, -ENAMETOOLONG.</returns>
    internal static long CopyPath(ulong address, byte* to)
    {
        long length = CopyText(address, to, PathMax);
        return length == PathMax ? -Errno.ENAMETOOLONG : length;
    }

    // Whether there is more now than there was: a page of a foreign file, for which this waits.
    private static bool IsBrought(ulong address, ulong bytes) => FilePages.Bring != null && FilePages.Bring(address, bytes) > 0;

    private static ulong Reachable(ulong address, ulong bytes)
        => address >= AddressSpace.Highest ? 0 : Math.Min(bytes, AddressSpace.Highest - address);
}
