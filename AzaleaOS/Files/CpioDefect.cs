namespace AzaleaOS.Files;

/// <summary>Why an archive is no file system.</summary>
internal enum CpioDefect
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>An entry does not begin with "070701" or "070702".</summary>
    BadMagic,

    /// <summary>A number in a header is not hexadecimal.</summary>
    BadNumber,

    /// <summary>It ends inside an entry, or before the entry "TRAILER!!!".</summary>
    Truncated,

    /// <summary>A name is empty, has no final zero, contains "..", or is too long.</summary>
    BadName,

    /// <summary>A path leads through a file that is no directory.</summary>
    NotDirectory,

    /// <summary>A symbolic link without a target, or with one that is too long.</summary>
    BadLink,

    /// <summary>An entry is of no known kind.</summary>
    BadKind,

    /// <summary>No memory for the tree.</summary>
    OutOfMemory,
}
