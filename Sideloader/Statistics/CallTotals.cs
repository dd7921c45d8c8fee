namespace AzaleaOS.Sideloader.Statistics;

/// <summary>Counters of one kind of request, over all queues.</summary>
/// <param name="Operation">Its number.</param>
/// <param name="Calls">How many had a result.</param>
/// <param name="Errors">How many of them an error.</param>
/// <param name="Nanoseconds">How long the daemon took for all of them.</param>
/// <param name="Bytes">How many bytes they moved.</param>
internal readonly record struct CallTotals(ushort Operation, ulong Calls, ulong Errors, ulong Nanoseconds, ulong Bytes);

/// <summary>All counters of a daemon at one moment.</summary>
internal sealed unsafe class CallSnapshot
{
    private CallSnapshot(IReadOnlyList<CallTotals> calls, ulong[] buckets, ulong copiedData, ulong copiedOther)
        => (Calls, Buckets, CopiedData, CopiedOther) = (calls, buckets, copiedData, copiedOther);

    /// <summary>The kinds of requests that there were.</summary>
    internal IReadOnlyList<CallTotals> Calls { get; }

    /// <summary>Calls by their time: see <see cref="StatisticsLayout.Buckets"/>.</summary>
    internal ulong[] Buckets { get; }

    /// <summary>Bytes of files that went through the daemon's own memory.</summary>
    internal ulong CopiedData { get; }

    /// <summary>Bytes of names and structures that the daemon copied.</summary>
    internal ulong CopiedOther { get; }

    /// <summary>Bytes that reads and writes moved.</summary>
    internal ulong MovedData => Calls.Aggregate(0ul, (sum, call) => sum + call.Bytes);

    /// <summary>System calls, which operations of the channel are not.</summary>
    internal IEnumerable<CallTotals> SystemCalls => Calls.Where(call => call.Operation < StatisticsLayout.SystemCalls);

    /// <summary>Adds up the queues.</summary>
    internal static CallSnapshot Take(StatisticsFile file)
    {
        var sums = new CallTotals[StatisticsLayout.Slots];
        ulong[] buckets = new ulong[StatisticsLayout.Buckets];
        ulong copiedData = 0;
        ulong copiedOther = 0;
        for (int queue = 0; queue < file.QueueCount; queue++)
        {
            ulong* block = file.Queue(queue);
            for (int slot = 0; slot < sums.Length; slot++)
            {
                ulong* counters = block + slot * (StatisticsLayout.SlotBytes / sizeof(ulong));
                CallTotals sum = sums[slot];
                sums[slot] = new CallTotals(StatisticsLayout.OperationOf(slot), sum.Calls + counters[0], sum.Errors + counters[1], sum.Nanoseconds + counters[2], sum.Bytes + counters[3]);
            }

            for (int bucket = 0; bucket < buckets.Length; bucket++)
                buckets[bucket] += block[StatisticsLayout.BucketsOffset / sizeof(ulong) + bucket];
            copiedData += block[StatisticsLayout.CopiedDataOffset / sizeof(ulong)];
            copiedOther += block[StatisticsLayout.CopiedOtherOffset / sizeof(ulong)];
        }

        return new CallSnapshot([.. sums.Where(sum => sum.Calls > 0)], buckets, copiedData, copiedOther);
    }
}
