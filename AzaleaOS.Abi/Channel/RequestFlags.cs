namespace AzaleaOS.Abi.Channel;

/// <summary>How a request is to be carried out.</summary>
[Flags]
public enum RequestFlags : ushort
{
    /// <summary>As Linux would.</summary>
    None = 0,

    /// <summary>-EAGAIN in place of waiting, whatever the descriptor's own flags are.</summary>
    NonBlocking = 1,

    /// <summary>
    /// A call with one path is not made. The answer is a byte that says how many links of the tree were followed, and the path in /proc, /sys or /dev that it
    /// leads to, absolute; the result is the number of these bytes, and 0 if it leads nowhere there.
    /// </summary>
    Explain = 2,
}
