using AzaleaOS.Diagnostics;

namespace AzaleaOS.Memory;

/// <summary>An <see cref="ObjectPool{T}"/> for any thread.</summary>
/// <remarks>
/// Guarded by its own lock, under which nothing but the frame allocator is called. The memory of an object stays
/// an object of this type for ever: whoever follows an old pointer finds another object or a free one, whose first
/// word is the pool's and whose other words are as they were left.
/// </remarks>
/// <typeparam name="T">A structure of at least eight bytes and at most a page.</typeparam>
internal unsafe struct SharedPool<T>
    where T : unmanaged
{
    private SpinLock _lock;
    private ObjectPool<T> _pool;

    /// <summary>Takes an object, filled with zeros; null when memory is exhausted.</summary>
    internal T* Take()
    {
        _lock.Enter();
        T* taken = _pool.Take();
        _lock.Exit();
        return taken;
    }

    /// <summary>Gives an object back.</summary>
    internal void Return(T* item)
    {
        _lock.Enter();
        _pool.Return(item);
        _lock.Exit();
    }
}
