namespace AzaleaOS.Memory;

/// <summary>An address that the application gave, and the type it says is there. Never dereferenced unchecked.</summary>
internal readonly struct UserPointer<T>(ulong address)
    where T : unmanaged
{
    /// <summary>The address.</summary>
    internal readonly ulong Address = address;

    /// <summary>NULL.</summary>
    internal bool IsNull => Address == 0;

    /// <summary>Copies the value in.</summary>
    /// <returns>False when the application may not read it: -EFAULT.</returns>
    internal bool TryRead(out T value) => UserMemory.TryRead(Address, out value);

    /// <summary>Copies a value out.</summary>
    /// <returns>False when the application may not write there: -EFAULT.</returns>
    internal bool TryWrite(in T value) => UserMemory.TryWrite(Address, value);

    /// <summary>The element at an index.</summary>
    internal unsafe UserPointer<T> At(int index) => new(Address + (ulong)index * (ulong)sizeof(T));
}
