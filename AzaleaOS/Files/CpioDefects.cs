namespace AzaleaOS.Files;

/// <summary>The words for <see cref="CpioDefect"/>, to follow the name of the archive.</summary>
internal static class CpioDefects
{
    /// <summary>One line without a full stop.</summary>
    internal static ReadOnlySpan<byte> Text(this CpioDefect defect) => defect switch
    {
        CpioDefect.BadMagic => "an entry does not begin with 070701"u8,
        CpioDefect.BadNumber => "a header holds something that is no number"u8,
        CpioDefect.Truncated => "it ends in the middle of an entry"u8,
        CpioDefect.BadName => "an entry has an impossible name"u8,
        CpioDefect.NotDirectory => "a path leads through a file that is no directory"u8,
        CpioDefect.BadLink => "a symbolic link has no possible target"u8,
        CpioDefect.BadKind => "an entry is of no known kind"u8,
        CpioDefect.OutOfMemory => "not enough memory for its tree"u8,
        _ => "a file system"u8,
    };
}
