namespace AzaleaOS.Abi.Channel;

/// <summary>How far the two sides of a <see cref="MailboxPage"/> are.</summary>
public enum MailboxStatus : uint
{
    /// <summary>Nobody has read the page yet.</summary>
    New = 0,

    /// <summary>The peer serves the queues.</summary>
    Running = 1,

    /// <summary>The peer ended, or refuses the page; it answers no request any more.</summary>
    Stopped = 2,
}
