using System.Runtime.InteropServices;
using AzaleaOS.Abi.Channel;

namespace AzaleaOS.Sideloader.Statistics;

/// <summary>One traced call in the ring.</summary>
/// <remarks>
/// The queue's thread that took number n writes it: first <see cref="Ticket"/> = 0, then the rest, then <see cref="Ticket"/> =
/// n + 1 with a release store. A reader copies it and looks at the ticket before and after.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal unsafe struct TraceRecord
{
    internal const int Bytes = 320;
    internal const int MostText = 208;

    [FieldOffset(0)] internal ulong Ticket;

    /// <summary>CLOCK_MONOTONIC in nanoseconds, when the daemon saw the request.</summary>
    [FieldOffset(8)] internal long Start;

    /// <summary>Nanoseconds until its answer.</summary>
    [FieldOffset(16)] internal long Duration;

    [FieldOffset(24)] internal long Result;
    [FieldOffset(32)] internal fixed long Arguments[RequestHeader.MaxArguments];
    [FieldOffset(80)] internal uint Thread;
    [FieldOffset(84)] internal ushort Operation;
    [FieldOffset(86)] internal ushort Queue;

    /// <summary>How much of the request's text and data follows.</summary>
    [FieldOffset(88)] internal ushort TextLength;
    [FieldOffset(96)] internal fixed byte Text[MostText];
}
