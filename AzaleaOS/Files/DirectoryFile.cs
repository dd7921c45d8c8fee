using AzaleaOS.Abi;

namespace AzaleaOS.Files;

/// <summary>A directory as an open file.</summary>
internal static unsafe class DirectoryFile
{
    /// <summary>lseek: to what telldir said.</summary>
    internal static long Seek(OpenFile* file, long offset, uint whence)
    {
        const uint Set = 0, Current = 1;
        long target = whence switch
        {
            Set => offset,
            Current => file->Position + offset,
            _ => -1,
        };
        return target < 0 ? -Errno.EINVAL : file->Position = target;
    }
}
