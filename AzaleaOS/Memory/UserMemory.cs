using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>The application's memory, as its system calls name it: every address is checked before it is used.</summary>
/// <remarks>
/// Application and kernel share the address space, so checked memory is used in place. What is
/// checked: the range is in the application's half and in areas that allow the access.
/// </remarks>
internal static unsafe class UserMemory
{
    /// <summary>The longest path, with its final zero: PATH_MAX.</summary>
    internal const int PathMax = 4096;

    /// <summary>Whether the application may read every byte of a range.</summary>
    internal static bool CanRead(ulong address, ulong length) => AddressSpace.Current->Allows(address, length, Protection.Read);

    /// <summary>Whether the application may write every byte of a range.</summary>
    internal static bool CanWrite(ulong address, ulong length) => AddressSpace.Current->Allows(address, length, Protection.Write);

    /// <summary>Copies a structure in.</summary>
    /// <returns>False when the application may not read it.</returns>
    internal static bool TryRead<T>(ulong address, out T value)
        where T : unmanaged
    {
        Unsafe.SkipInit(out value);
        fixed (T* to = &value)
        {
            return TryRead(address, to, sizeof(T));
        }
    }

    /// <summary>Copies a structure out.</summary>
    /// <returns>False when the application may not write there.</returns>
    internal static bool TryWrite<T>(ulong address, in T value)
        where T : unmanaged
    {
        fixed (T* from = &value)
        {
            return TryWrite(address, new ReadOnlySpan<byte>(from, sizeof(T)));
        }
    }

    /// <summary>Copies bytes out.</summary>
    /// <returns>False when the application may not write there.</returns>
    internal static bool TryWrite(ulong address, ReadOnlySpan<byte> bytes)
    {
        if (!CanWrite(address, (ulong)bytes.Length))
        {
            return false;
        }

        bytes.CopyTo(new Span<byte>((void*)address, bytes.Length));
        return true;
    }

    /// <summary>Finds a path that ends with a zero; it is used where it is.</summary>
    /// <returns>0, or -EFAULT, -ENAMETOOLONG.</returns>
    internal static long ReadPath(ulong address, out ReadOnlySpan<byte> path)
    {
        path = default;
        ulong checkedUpTo = address;
        for (int length = 0; length < PathMax; length++)
        {
            ulong at = address + (ulong)length;
            if (at == checkedUpTo)
            {
                ulong pageEnd = (at | (AddressSpace.PageSize - 1)) + 1;
                if (!CanRead(at, pageEnd - at))
                {
                    return -Errno.EFAULT;
                }

                checkedUpTo = pageEnd;
            }

            if (*(byte*)at == 0)
            {
                path = new ReadOnlySpan<byte>((void*)address, length);
                return 0;
            }
        }

        return -Errno.ENAMETOOLONG;
    }

    // One copy for all structures: what a caller gets on failure is nothing it may look at, but never the stack's past.
    private static bool TryRead(ulong address, void* to, int size)
    {
        Span<byte> bytes = new(to, size);
        if (!CanRead(address, (ulong)size))
        {
            bytes.Clear();
            return false;
        }

        new ReadOnlySpan<byte>((void*)address, size).CopyTo(bytes);
        return true;
    }
}
