using AzaleaOS.Abi.Channel;

namespace AzaleaOS.Sideloader.Statistics;

/// <summary>How the file of counters is laid out. Little-endian; the machine's own order.</summary>
/// <remarks>
/// <para>Header, then a block for each queue (number 0 is control), then the ring of traced calls.</para>
/// <para>
/// A queue's block is written by that queue's thread alone, so plain 64-bit stores do. Readers are other processes of the
/// same user: they may see a call counted whose bytes are not yet. <see cref="TraceUntil"/> is written by readers that want a
/// trace, all else by the daemon.
/// </para>
/// </remarks>
internal static class StatisticsLayout
{
    /// <summary>"AZASTA02" as a little-endian number.</summary>
    internal const ulong MagicNumber = 0x3230_4154_5341_5A41;

    internal const int HeaderBytes = 4096;

    /// <summary>Bytes of data that the unikernel copied, as it says at its end.</summary>
    internal const int CopiedByUnikernel = 24;

    // Offsets in the header.
    internal const int Magic = 0;
    internal const int Queues = 8;

    /// <summary>The features agreed on with bit 63 set; 0 before HELLO.</summary>
    internal const int Greeting = 16;

    /// <summary>CLOCK_MONOTONIC in nanoseconds: until then calls are traced.</summary>
    internal const int TraceUntil = 64;

    /// <summary>How many calls were traced.</summary>
    internal const int TraceCount = 128;

    /// <summary>System calls have their own numbers, <see cref="ChannelOperation"/> those after them.</summary>
    internal const int SystemCalls = 480;
    internal const int Operations = 16;
    internal const int Slots = SystemCalls + Operations;

    /// <summary>Calls, errors, nanoseconds, bytes.</summary>
    internal const int SlotBytes = 4 * sizeof(ulong);

    /// <summary>Number n counts calls that took less than 2^n nanoseconds and not less than half of it; the last one also longer ones.</summary>
    internal const int Buckets = 40;
    internal const int BucketsOffset = Slots * SlotBytes;

    /// <summary>Bytes that the daemon copied: of data, and of names, structures and all else.</summary>
    internal const int CopiedDataOffset = BucketsOffset + Buckets * sizeof(ulong);
    internal const int CopiedOtherOffset = CopiedDataOffset + sizeof(ulong);
    internal const int QueueBytes = 16384;

    internal const int TraceRecords = 8192;

    /// <summary>Where a queue's block begins.</summary>
    internal static int QueueOffset(int queue) => HeaderBytes + queue * QueueBytes;

    /// <summary>Bytes of the file.</summary>
    internal static long BytesFor(int queues) => QueueOffset(queues) + (long)TraceRecords * TraceRecord.Bytes;

    /// <summary>The slot of a request; -1 for a number that means nothing.</summary>
    internal static int SlotOf(ushort operation) => operation < SystemCalls ? operation
        : operation is >= (ushort)ChannelOperation.First and < (ushort)ChannelOperation.First + Operations ? SystemCalls + operation - (ushort)ChannelOperation.First
        : -1;

    /// <summary>The request of a slot.</summary>
    internal static ushort OperationOf(int slot) => (ushort)(slot < SystemCalls ? slot : (ushort)ChannelOperation.First + slot - SystemCalls);
}
