using System.Text;
using AzaleaOS.Abi;

namespace AzaleaOS.Build.Linking;

/// <summary>Bytes in the notation of <see cref="SymbolTableFormat"/>.</summary>
internal sealed class SymbolTableWriter
{
    private readonly List<byte> _bytes = [];

    internal int Length => _bytes.Count;

    internal byte[] ToArray() => [.. _bytes];

    internal void Byte(byte value) => _bytes.Add(value);

    internal void Bytes(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    internal void Number(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }

    internal void Signed(long value) => Number(((ulong)value << 1) ^ (ulong)(value >> 63));

    internal void Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Number((ulong)utf8.Length);
        Bytes(utf8);
    }
}
