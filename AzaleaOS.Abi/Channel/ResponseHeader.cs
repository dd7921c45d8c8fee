using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Channel;

/// <summary>Starts the writable part of each request. Little-endian.</summary>
/// <remarks>The peer writes it before it gives the chain back. The chain's used length is this header and the bytes behind it.</remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public struct ResponseHeader
{
    /// <summary>Bytes of the header.</summary>
    public const int Bytes = 16;

    /// <summary>What the call returns: a negated error number from -4095 to -1, else its result.</summary>
    [FieldOffset(0)] public long Result;

    /// <summary>The low half of the request's <see cref="RequestHeader.Sequence"/>.</summary>
    [FieldOffset(8)] public uint Sequence;

    /// <summary>0 in this version.</summary>
    [FieldOffset(12)] public uint Reserved;
}
