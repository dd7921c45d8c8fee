using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Channel;

/// <summary>The head of the page where a unikernel on lent cores says where its queues are. Little-endian.</summary>
/// <remarks>
/// <see cref="QueueCount"/> times <see cref="MailboxQueue"/> follow at <see cref="QueuesOffset"/>, and all of it lies inside
/// the mailbox that the hand-off block names. The unikernel writes every field but <see cref="Status"/> once, the magic number
/// last with a release store; the peer writes <see cref="Status"/> alone. Features are agreed on by
/// <see cref="ChannelOperation.Hello"/>; <see cref="RingFeatures"/> are those that the rings themselves need.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public struct MailboxPage
{
    /// <summary>Bytes of the head.</summary>
    public const int Bytes = 64;

    /// <summary>Where the queues are listed, in bytes from the start of the page.</summary>
    public const int QueuesOffset = 64;

    /// <summary><see cref="ChannelProtocol.Magic"/>, written last.</summary>
    [FieldOffset(0)] public ulong Magic;

    /// <summary><see cref="ChannelProtocol.Version"/>.</summary>
    [FieldOffset(8)] public uint Version;

    /// <summary>How many queues there are: the one for control and one for each core.</summary>
    [FieldOffset(12)] public uint QueueCount;

    /// <summary>How the rings are used.</summary>
    [FieldOffset(16)] public Virtio.VirtioFeatures RingFeatures;

    /// <summary>The interrupt vector of the unikernel's cores that tells of used entries.</summary>
    [FieldOffset(24)] public uint Vector;

    /// <summary>How far the peer is.</summary>
    [FieldOffset(28)] public MailboxStatus Status;

    /// <summary>Bytes of a mailbox with this many queues.</summary>
    public static int BytesFor(int queues) => QueuesOffset + queues * MailboxQueue.Bytes;
}
