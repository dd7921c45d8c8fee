using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Memory;

namespace AzaleaOS.Files.Sockets;

/// <summary>Open files that travel with a message: SCM_RIGHTS. Each is held once.</summary>
internal unsafe struct Rights
{
    /// <summary>Files of one message: SCM_MAX_FD.</summary>
    internal const int Most = 253;

    private static SharedPool<Rights> s_pool;
    private static int s_underWay;

    private int _count;
    private FileList _files;

    /// <summary>Files that are in messages which nobody has received, of all sockets.</summary>
    internal static int UnderWay => Volatile.Read(ref s_underWay);

    /// <summary>How many there are.</summary>
    internal readonly int Count => _count;

    /// <summary>Forgets all.</summary>
    internal static void Reset()
    {
        s_pool = default;
        s_underWay = 0;
    }

    /// <summary>Makes an empty list; null when memory is exhausted.</summary>
    internal static Rights* Make() => s_pool.Take();

    /// <summary>Adds a file; takes over the reference.</summary>
    /// <returns>False when there are too many.</returns>
    internal bool Add(OpenFile* file)
    {
        if (_count == Most)
        {
            return false;
        }

        _files[_count++] = (nint)file;
        Interlocked.Increment(ref s_underWay);
        return true;
    }

    /// <summary>A file; the reference stays the list's.</summary>
    internal readonly OpenFile* At(int index) => (OpenFile*)_files[index];

    /// <summary>Closes them all. No lock is held.</summary>
    /// <param name="rights">The list, or null.</param>
    internal static void Drop(Rights* rights)
    {
        if (rights == null)
        {
            return;
        }

        for (int i = 0; i < rights->_count; i++)
        {
            OpenFile.Drop(rights->At(i));
        }

        Interlocked.Add(ref s_underWay, -rights->_count);
        s_pool.Return(rights);
    }

    /// <summary>A second list of the same files: of a message that is only looked at. Null when memory is exhausted.</summary>
    internal static Rights* Copy(Rights* rights)
    {
        Rights* copy = rights == null ? null : Make();
        for (int i = 0; copy != null && i < rights->_count; i++)
        {
            OpenFile.Hold(rights->At(i));
            copy->Add(rights->At(i));
        }

        return copy;
    }

    [InlineArray(Most)]
    private struct FileList
    {
        private nint _first;
    }
}
