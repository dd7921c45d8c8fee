namespace AzaleaOS.Abi.Channel;

/// <summary>The offload channel: system calls that the unikernel hands to its Linux peer.</summary>
/// <remarks>
/// <para>
/// The channel is a virtio device with split queues. Its carrier is a file system device whose tag is <see cref="Tag"/>;
/// queue 0 is for control, queue n for the unikernel's core n-1. A request is one descriptor chain:
/// the readable part is <see cref="RequestHeader"/>, then the texts and data that go to the peer; the writable part is
/// <see cref="ResponseHeader"/>, then room for what comes back. Each part may be split into buffers at any byte.
/// </para>
/// <para>
/// A call has Linux's number and Linux's arguments, but no addresses. Where Linux takes the address of a path or of another
/// structure that it reads, the argument is its length in bytes, -1 for a null address, and the bytes follow the header in
/// the order of the arguments; a path has no zero at the end. Where Linux takes a buffer or a list of buffers, address and
/// length are 0: bytes to write follow the header, up to the end of the readable part; bytes to read and structures that Linux
/// writes go behind the response header, and the room there bounds them. <see cref="OffloadedCall"/> lists the calls.
/// A descriptor is the peer's: the lowest number that is free, as on Linux, apart from the application's own numbers.
/// </para>
/// <para>Requests may be answered in any order. The first is <see cref="ChannelOperation.Hello"/>; before it, all others get -EPROTO.</para>
/// </remarks>
public static class ChannelProtocol
{
    /// <summary>The version described here.</summary>
    public const uint Version = 1;

    /// <summary>"AZASHL01" as a little-endian number.</summary>
    public const ulong Magic = 0x3130_4C48_5341_5A41;

    /// <summary>The tag of the carrier, by which a driver tells the channel from a file system.</summary>
    public static ReadOnlySpan<byte> Tag => "azalea-offload"u8;

    /// <summary>The most cores, each with a queue of its own, and so the highest number of a queue.</summary>
    public const int MaxCores = 288;

    /// <summary>The longest path, in bytes, without a zero at the end. Source: Linux, PATH_MAX is 4096 with the zero.</summary>
    public const int MaxPath = 4095;
}
