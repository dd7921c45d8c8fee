using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Channel;

/// <summary>What the peer answers, behind the header. Little-endian.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public struct HelloResponse
{
    /// <summary>Bytes of the structure.</summary>
    public const int Bytes = 32;

    /// <summary><see cref="ChannelProtocol.Magic"/>.</summary>
    [FieldOffset(0)] public ulong Magic;

    /// <summary>The version that both speak from now on.</summary>
    [FieldOffset(8)] public uint Version;

    /// <summary>How many buffers a request may have in all.</summary>
    [FieldOffset(12)] public uint MaxSegments;

    /// <summary>What both can do beyond that.</summary>
    [FieldOffset(16)] public ChannelFeatures Features;

    /// <summary>How many requests of one queue may wait at a time; more get -EAGAIN.</summary>
    [FieldOffset(24)] public uint MaxWaiting;

    /// <summary>0.</summary>
    [FieldOffset(28)] public uint Reserved;
}
