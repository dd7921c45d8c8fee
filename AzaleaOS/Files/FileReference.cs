namespace AzaleaOS.Files;

/// <summary>An open file for as long as one call uses it: another thread's close does not end it meanwhile.</summary>
/// <remarks>While the process has one thread nobody else can close it, and nothing is counted.</remarks>
internal readonly unsafe struct FileReference
{
    private const nuint Counted = 1;

    private readonly nuint _value;

    /// <summary>Makes one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isCounted">Whether <see cref="Release"/> gives a reference back.</param>
    internal FileReference(OpenFile* file, bool isCounted) => _value = (nuint)file | (isCounted ? Counted : 0);

    /// <summary>No file: -EBADF.</summary>
    internal bool IsNull => _value == 0;

    /// <summary>The file.</summary>
    internal OpenFile* File => (OpenFile*)(_value & ~Counted);

    /// <summary>The call does not use it any more. May run the last close.</summary>
    internal void Release()
    {
        if ((_value & Counted) != 0)
        {
            OpenFile.Drop(File);
        }
    }
}
