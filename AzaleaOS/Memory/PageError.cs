namespace AzaleaOS.Memory;

/// <summary>Why page tables were not changed, or not all the way.</summary>
internal enum PageError
{
    /// <summary>All is well.</summary>
    None = 0,

    /// <summary>An address or length is not a multiple of 4 KiB, or the length is 0.</summary>
    NotAligned,

    /// <summary>The range is not canonical, wraps, or its frames lie beyond 52 bits.</summary>
    BadRange,

    /// <summary>Page 0 is never mapped.</summary>
    PageZero,

    /// <summary>A page of the kernel is never writable and executable.</summary>
    WriteAndExecute,

    /// <summary>Something is mapped there already.</summary>
    AlreadyMapped,

    /// <summary>Frames for page tables are needed: bring some and go on.</summary>
    NeedsTables,

    /// <summary>Memory is exhausted.</summary>
    OutOfMemory,
}
