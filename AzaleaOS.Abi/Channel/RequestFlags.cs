namespace AzaleaOS.Abi.Channel;

/// <summary>How a request is to be carried out.</summary>
[Flags]
public enum RequestFlags : ushort
{
    /// <summary>As Linux would.</summary>
    None = 0,

    /// <summary>-EAGAIN in place of waiting, whatever the descriptor's own flags are.</summary>
    NonBlocking = 1,
}
