namespace AzaleaOS.Memory;

/// <summary>Objects of one type, cut out of kernel pages and kept in a list when they are free.</summary>
/// <remarks>Pages are never given back: a pool stays as large as its worst moment. Used by one core at a time.</remarks>
/// <typeparam name="T">A structure of at least eight bytes and at most a page.</typeparam>
internal unsafe struct ObjectPool<T>
    where T : unmanaged
{
    private void* _free;
    private int _freeCount;

    /// <summary>Makes sure that the next takes succeed.</summary>
    /// <param name="count">How many.</param>
    /// <returns>False when memory is exhausted.</returns>
    internal bool Reserve(int count)
    {
        while (_freeCount < count)
        {
            byte* page = (byte*)KernelPages.Take();
            if (page == null)
            {
                return false;
            }

            for (int offset = 0; offset + sizeof(T) <= KernelPages.Size; offset += sizeof(T))
            {
                Return((T*)(page + offset));
            }
        }

        return true;
    }

    /// <summary>Takes an object, filled with zeros; null when memory is exhausted.</summary>
    internal T* Take()
    {
        if (_freeCount == 0 && !Reserve(1))
        {
            return null;
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
