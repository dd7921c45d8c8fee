namespace AzaleaOS.Abi.Channel;

/// <summary>What argument 3 of <see cref="OffloadedCall.Poll"/> asks.</summary>
public enum ChannelPoll
{
    /// <summary>What is ready.</summary>
    Now = 0,

    /// <summary>What each structure says it found is known already: the request waits until there is more, or until something happens to the file again.</summary>
    News = 1,

    /// <summary>Whether the files can be waited for: 0, or the error that Linux gives to epoll_ctl, -EPERM.</summary>
    MayWait = 2,
}
