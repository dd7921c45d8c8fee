using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using AzaleaOS.Memory;

namespace AzaleaOS.Files.Sockets;

/// <summary>The name of a local socket: a path, or an abstract name, which begins with a zero.</summary>
/// <remarks>Does not change. Counted: the socket, those accepted from it and messages that it sent have it.</remarks>
internal unsafe struct UnixName
{
    /// <summary>Bytes of the longest name.</summary>
    internal const int Most = SocketAddress.UnixBytes - SocketAddress.FamilyBytes;

    private static SharedPool<UnixName> s_pool;

    private int _references;
    private int _length;
    private Text _text;

    /// <summary>Whose name it is: of abstract names, while the socket is open.</summary>
    internal Socket* Owner;

    /// <summary>The next abstract name in the same bucket.</summary>
    internal UnixName* Next;

    /// <summary>The name.</summary>
    internal readonly ReadOnlySpan<byte> Bytes
        => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<Text, byte>(ref Unsafe.AsRef(in _text)), _length);

    /// <summary>Not a path.</summary>
    internal readonly bool IsAbstract => _text[0] == 0;

    /// <summary>Forgets all names.</summary>
    internal static void Reset() => s_pool = default;

    /// <summary>Makes a name with one reference; null when memory is exhausted.</summary>
    internal static UnixName* Make(ReadOnlySpan<byte> name)
    {
        UnixName* made = s_pool.Take();
        if (made != null)
        {
            made->_references = 1;
            made->_length = name.Length;
            name.CopyTo(made->_text);
        }

        return made;
    }

    /// <summary>One more reference.</summary>
    /// <param name="name">The name, or null.</param>
    internal static UnixName* Hold(UnixName* name)
    {
        if (name != null)
        {
            Interlocked.Increment(ref name->_references);
        }

        return name;
    }

    /// <summary>One reference less.</summary>
    /// <param name="name">The name, or null.</param>
    internal static void Drop(UnixName* name)
    {
        if (name != null && Interlocked.Decrement(ref name->_references) == 0)
        {
            s_pool.Return(name);
        }
    }

    [InlineArray(Most)]
    private struct Text
    {
        private byte _first;
    }
}
