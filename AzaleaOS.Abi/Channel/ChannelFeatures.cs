namespace AzaleaOS.Abi.Channel;

/// <summary>What one side can do beyond the first version. Both sides use what both have.</summary>
/// <remarks>A side ignores bits that it does not know and never answers with them. What is not offered the unikernel does by itself.</remarks>
[Flags]
public enum ChannelFeatures : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Descriptors 0, 1 and 2 exist at the peer after HELLO, as far as its own do, and are the application's. Without it: the unikernel's console.</summary>
    StandardStreams = 1,

    /// <summary>The peer has a directory tree for the application. Without it paths mean the unikernel's internal files, and a path at the peer gets -ENOENT.</summary>
    FileTree = 2,

    /// <summary>
    /// /proc, /sys and /dev of the tree are the unikernel's. A call whose path leads there, by a symbolic link or from the root without a slash, gets
    /// -EREMOTE and has done nothing; <see cref="RequestFlags.Explain"/> tells the path.
    /// </summary>
    KernelPlaces = 4,
}
