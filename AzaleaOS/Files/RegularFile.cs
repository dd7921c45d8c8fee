namespace AzaleaOS.Files;

/// <summary>Reading a file whose bytes are in memory.</summary>
internal static unsafe class RegularFile
{
    /// <summary>Copies bytes out; 0 at the end of the file.</summary>
    internal static long Read(OpenFile* file, byte* buffer, ulong count, long* position)
    {
        ulong at = (ulong)*position;
        if (at >= file->Node->Size)
        {
            return 0;
        }

        ulong bytes = Math.Min(count, file->Node->Size - at);
        Buffer.MemoryCopy(file->Node->Data + at, buffer, bytes, bytes);
        *position += (long)bytes;
        return (long)bytes;
    }
}
