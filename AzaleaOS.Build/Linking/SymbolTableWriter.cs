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

    internal void Number(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }

    internal void Signed(long value) => Number(ZigZag(value));

    internal void Text(string text)
    {
        _bytes.AddRange(Encoding.UTF8.GetBytes(text));
        _bytes.Add(0);
    }

    internal void Append(SymbolTableWriter other) => _bytes.AddRange(other._bytes);

    /// <summary>A length and as many bytes.</summary>
    internal void Block(byte[] bytes)
    {
        Number((ulong)bytes.Length);
        _bytes.AddRange(bytes);
    }

    internal static ulong ZigZag(long value) => ((ulong)value << 1) ^ (ulong)(value >> 63);
}
