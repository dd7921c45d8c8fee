namespace AzaleaOS.Files;

/// <summary>A piece of an extended attribute's value; its bytes follow. Taken from <see cref="TextStore"/>.</summary>
internal unsafe struct AttributePiece
{
    /// <summary>The next piece.</summary>
    internal AttributePiece* Next;

    /// <summary>Bytes in this one.</summary>
    internal int Size;

    /// <summary>The largest: a page with this structure in front.</summary>
    internal static int LargestSize => Memory.KernelPages.Size - sizeof(AttributePiece);

    /// <summary>Bytes to take for a piece.</summary>
    internal static int BytesFor(int size) => size + sizeof(AttributePiece);
}
