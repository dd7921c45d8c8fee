namespace AzaleaOS.Abi;

/// <summary>Some bytes of text that someone else keeps: a word of the command line, a name.</summary>
public readonly unsafe struct ByteString(byte* pointer, int length)
{
    /// <summary>The first byte.</summary>
    public readonly byte* Pointer = pointer;

    /// <summary>How many bytes, without a terminator.</summary>
    public readonly int Length = length;

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => new(Pointer, Length);

    /// <summary>The text from an offset on. The offset is at most <see cref="Length"/>.</summary>
    public ByteString From(int offset) => new(Pointer + offset, Length - offset);
}
