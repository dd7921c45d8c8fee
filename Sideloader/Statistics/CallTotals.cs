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
    private CallSnapshot(IReadOnlyList<CallTotals> calls, ulong[] buckets) => (Calls, Buckets) = (calls, buckets);

    /// <summary>The kinds of requests that there were.</summary>
    internal IReadOnlyList<CallTotals> Calls { get; }

    /// <summary>Calls by their time: see <see cref="StatisticsLayout.Buckets"/>.</summary>
    internal ulong[] Buckets { get; }

    /// <summary>System calls, which operations of the channel are not.</summary>
    internal IEnumerable<CallTotals> SystemCalls => Calls.Where(call => call.Operation < StatisticsLayout.SystemCalls);

    /// <summary>Adds up the queues.</summary>
    internal static CallSnapshot Take(StatisticsFile file)
    {
        var sums = new CallTotals[StatisticsLayout.Slots];
        ulong[] buckets = new ulong[StatisticsLayout.Buckets];
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
        }

        return new CallSnapshot([.. sums.Where(sum => sum.Calls > 0)], buckets);
    }
}
