using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Channel;

/// <summary>Starts the readable part of each request. Little-endian.</summary>
/// <remarks>The unikernel writes it before the chain is made available. The peer copies it once and never looks again.</remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public unsafe struct RequestHeader
{
    /// <summary>Bytes of the header: one cache line.</summary>
    public const int Bytes = 64;

    /// <summary>How many arguments a system call has at most.</summary>
    public const int MaxArguments = 6;

    /// <summary>The system call's number on x86-64, or a <see cref="ChannelOperation"/>.</summary>
    [FieldOffset(0)] public ushort Operation;

    /// <summary>How to carry it out.</summary>
    [FieldOffset(2)] public RequestFlags Flags;

    /// <summary>The calling thread, for the trace.</summary>
    [FieldOffset(4)] public uint Thread;

    /// <summary>A number that no other request in flight has: what <see cref="ChannelOperation.Cancel"/> names.</summary>
    [FieldOffset(8)] public ulong Sequence;

    /// <summary>The arguments, as <see cref="ChannelProtocol"/> says.</summary>
    [FieldOffset(16)] public fixed long Arguments[MaxArguments];
}
