namespace AzaleaOS.Abi.Channel;

/// <summary>What one side can do beyond the first version. Both sides use what both have.</summary>
/// <remarks>No feature is defined in version 1. A side ignores bits that it does not know and never answers with them.</remarks>
[Flags]
public enum ChannelFeatures : ulong
{
    /// <summary>None.</summary>
    None = 0,
}
