using System.Buffers.Binary;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files.Sockets;

/// <summary>An internet address and a port. An IPv4 address is kept as IPv6 does: ::ffff:a.b.c.d.</summary>
/// <remarks>Source: RFC 4291, 2.5.5.2.</remarks>
internal readonly struct InternetEndpoint(ulong high, ulong low, ushort port)
{
    private const ulong Mapped = 0xffff_0000_0000;
    private const ulong MappedMask = 0xffff_ffff_0000_0000;
    private const uint Loopback4 = 0x7f00_0001;
    private const uint LoopbackNet4 = 0x7f00_0000;
    private const uint NetMask4 = 0xff00_0000;

    /// <summary>The first eight bytes of the address.</summary>
    internal readonly ulong High = high;

    /// <summary>The last eight.</summary>
    internal readonly ulong Low = low;

    /// <summary>The port; 0 for none.</summary>
    internal readonly ushort Port = port;

    /// <summary>An IPv4 address.</summary>
    internal bool Is4 => High == 0 && (Low & MappedMask) == Mapped;

    /// <summary>That IPv4 address.</summary>
    internal uint Address4 => (uint)Low;

    /// <summary>:: or 0.0.0.0: every address, or none given.</summary>
    internal bool IsWildcard => High == 0 && (Low == 0 || Low == Mapped);

    /// <summary>An address of this machine: 127.0.0.0/8 or ::1. There is no network but the loopback.</summary>
    internal bool IsLoopback => High == 0 && (Low == 1 || (Is4 && (Address4 & NetMask4) == LoopbackNet4));

    /// <summary>The address of an IPv4 address.</summary>
    internal static InternetEndpoint Of4(uint address, ushort port) => new(0, Mapped | address, port);

    /// <summary>0.0.0.0 or ::, and no port.</summary>
    internal static InternetEndpoint None(AddressFamily family) => family == AddressFamily.Internet ? Of4(0, 0) : default;

    /// <summary>The same address with another port.</summary>
    internal InternetEndpoint With(ushort port) => new(High, Low, port);

    /// <summary>Where a packet goes that is sent to no address in particular, or comes from: this machine.</summary>
    internal InternetEndpoint OrLoopback() => !IsWildcard ? this : Is4 ? Of4(Loopback4, Port) : new InternetEndpoint(0, 1, Port);

    /// <summary>The address from which a packet to here is sent, if its sender has none.</summary>
    internal InternetEndpoint Source(ushort port) => Is4 ? Of4(Loopback4, port) : new InternetEndpoint(0, 1, port);

    /// <summary>The same address and port.</summary>
    internal bool Is(in InternetEndpoint other) => IsAddress(other) && Port == other.Port;

    /// <summary>The same address.</summary>
    internal bool IsAddress(in InternetEndpoint other) => High == other.High && Low == other.Low;

    /// <summary>Reads struct sockaddr_in.</summary>
    internal static InternetEndpoint Read4(ReadOnlySpan<byte> address)
        => Of4(BinaryPrimitives.ReadUInt32BigEndian(address[4..]), BinaryPrimitives.ReadUInt16BigEndian(address[2..]));

    /// <summary>Reads struct sockaddr_in6.</summary>
    internal static InternetEndpoint Read6(ReadOnlySpan<byte> address) => new(
        BinaryPrimitives.ReadUInt64BigEndian(address[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(address[16..]),
        BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
}
