using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>Which file of an archive has which number, for files with several names.</summary>
internal unsafe struct HardLinks
{
    private ObjectPool<Link> _pool;

    // Holds no file: the tree hangs below it.
    private Link* _above;

    /// <summary>Finds or makes the place for a file.</summary>
    /// <param name="identity">Its number in the archive.</param>
    /// <param name="slot">Where the file is, or null until someone puts it there.</param>
    /// <returns>False when memory is exhausted.</returns>
    internal bool TryFind(ulong identity, out FileNode** slot)
    {
        // Numbers come in order; multiplied they do not, and the tree stays flat.
        ulong key = identity * 0x9e37_79b9_7f4a_7c15;
        slot = null;
        _above = _above == null ? _pool.Take() : _above;
        if (_above == null)
        {
            return false;
        }

        Link** place = &_above->After;
        while (*place != null && (*place)->Key != key)
        {
            place = key < (*place)->Key ? &(*place)->Before : &(*place)->After;
        }

        if (*place == null)
        {
            *place = _pool.Take();
            if (*place == null)
            {
                return false;
            }

            (*place)->Key = key;
        }

        slot = &(*place)->Node;
        return true;
    }

    private struct Link
    {
        internal Link* Before;
        internal Link* After;
        internal ulong Key;
        internal FileNode* Node;
    }
}
