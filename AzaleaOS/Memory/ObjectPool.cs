using System.Runtime.CompilerServices;

namespace AzaleaOS.Memory;

/// <summary>Objects of one type, cut out of kernel pages and kept in a list when they are free.</summary>
/// <remarks>Pages are never given back: a pool stays as large as its worst moment. Used by one core at a time.</remarks>
/// <typeparam name="T">A structure of at least eight bytes and at most a page.</typeparam>
internal unsafe struct ObjectPool<T>
    where T : unmanaged
{
    private void* _free;
    private T* _fresh;
    private int _freeCount;
    private int _freshCount;

    /// <summary>Makes sure that the next takes succeed.</summary>
    /// <param name="count">How many.</param>
    /// <returns>False when memory is exhausted.</returns>
    internal bool Reserve(int count)
    {
        while (_freeCount + _freshCount < count)
        {
            byte* page = (byte*)KernelPages.Take();
            if (page == null)
            {
                return false;
            }

            while (_freshCount != 0)
            {
                _freshCount--;
                Return(_fresh++);
            }

            _fresh = (T*)page;
            _freshCount = KernelPages.Size / sizeof(T);
        }

        return true;
    }

    /// <summary>Takes an object, filled with zeros; null when memory is exhausted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T* Take()
    {
        if (_freeCount == 0)
        {
            if (_freshCount == 0 && !Reserve(1))
            {
                return null;
            }

            // What was never used is as the page came: zeros.
            _freshCount--;
            return _fresh++;
        }

        T* taken = (T*)_free;
        _free = *(void**)taken;
        _freeCount--;
        *taken = default;
        return taken;
    }

    /// <summary>Gives an object back.</summary>
    internal void Return(T* item)
    {
        *(void**)item = _free;
        _free = item;
        _freeCount++;
    }
}
