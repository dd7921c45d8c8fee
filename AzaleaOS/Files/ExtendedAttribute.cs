namespace AzaleaOS.Files;

/// <summary>One extended attribute of a file.</summary>
internal unsafe struct ExtendedAttribute
{
    /// <summary>The next one: that of the name before.</summary>
    internal ExtendedAttribute* Next;

    /// <summary>The name, from <see cref="TextStore"/>.</summary>
    internal byte* Name;

    /// <summary>Bytes of it.</summary>
    internal int NameLength;

    /// <summary>Bytes of the value.</summary>
    internal int Size;

    /// <summary>The value, in as many pieces as it needs.</summary>
    internal AttributePiece* Value;

    /// <summary>The name.</summary>
    internal readonly ReadOnlySpan<byte> Text => new(Name, NameLength);
}
