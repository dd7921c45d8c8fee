using System.Numerics;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.Statistics;

/// <summary>Counts the calls of one queue, and traces them while somebody wants that. Used by the queue's thread alone.</summary>
internal sealed unsafe class CallMeter(StatisticsFile file, int queue)
{
    private const int WordsPerSlot = StatisticsLayout.SlotBytes / sizeof(ulong);
    private readonly ulong* _block = file.Queue(queue);

    /// <summary>What was agreed on with the unikernel.</summary>
    internal void Greeted(ChannelFeatures features) => file.Features = features;

    /// <summary>The unikernel's own word, at its end, on how many bytes of data it copied.</summary>
    internal void Ended(ulong copied) => file.CopiedByUnikernel = copied;

    /// <summary>Counts a call that has its result.</summary>
    /// <param name="header">The request.</param>
    /// <param name="chain">Its chain, not given back yet.</param>
    /// <param name="start">When the request was seen, of <see cref="StatisticsFile.Now"/>.</param>
    /// <param name="result">What the application gets.</param>
    internal void Count(in RequestHeader header, DescriptorChain chain, long start, long result)
    {
        long now = StatisticsFile.Now;
        long duration = Math.Max(now - start, 0);
        int slot = StatisticsLayout.SlotOf(header.Operation);
        if (slot >= 0)
        {
            ulong* counters = _block + slot * WordsPerSlot;
            counters[0]++;
            counters[2] += (ulong)duration;
            if (result < 0)
                counters[1]++;
            else if (IsTransfer((OffloadedCall)header.Operation))
                counters[3] += (ulong)result;
            int bucket = Math.Min(64 - BitOperations.LeadingZeroCount((ulong)duration), StatisticsLayout.Buckets - 1);
            _block[StatisticsLayout.BucketsOffset / sizeof(ulong) + bucket]++;
        }

        CountCopies(header, chain, result);

        if (now < file.TraceUntil)
            Trace(header, chain, start, duration, result);
    }

    /// <summary>Whether a call's result is a number of bytes that were read.</summary>
    internal static bool IsRead(OffloadedCall call) => call is OffloadedCall.Read or OffloadedCall.ReadV or OffloadedCall.PRead
        or OffloadedCall.PReadV or OffloadedCall.PReadV2;

    /// <summary>Whether a call's result is a number of bytes that were written.</summary>
    internal static bool IsWrite(OffloadedCall call) => call is OffloadedCall.Write or OffloadedCall.WriteV or OffloadedCall.PWrite
        or OffloadedCall.PWriteV or OffloadedCall.PWriteV2;

    // What a call moved and no system call did has gone through this process; and in a transfer, whatever was copied beside the header is data.
    private void CountCopies(in RequestHeader header, DescriptorChain chain, long result)
    {
        bool transfers = IsTransfer((OffloadedCall)header.Operation);
        long data = transfers ? Math.Max(result, 0) - chain.MovedBytes + chain.CopiedBytes - RequestHeader.Bytes : 0;
        long other = (transfers ? RequestHeader.Bytes : chain.CopiedBytes) + ResponseHeader.Bytes;
        _block[StatisticsLayout.CopiedDataOffset / sizeof(ulong)] += (ulong)Math.Max(data, 0);
        _block[StatisticsLayout.CopiedOtherOffset / sizeof(ulong)] += (ulong)other;
    }

    private static bool IsTransfer(OffloadedCall call) => IsRead(call) || IsWrite(call);

    private void Trace(in RequestHeader header, DescriptorChain chain, long start, long duration, long result)
    {
        long number = Interlocked.Increment(ref file.TraceCount) - 1;
        TraceRecord* record = file.Trace(number);
        Volatile.Write(ref record->Ticket, 0);
        Interlocked.MemoryBarrier();
        (record->Start, record->Duration, record->Result) = (start, duration, result);
        (record->Thread, record->Operation, record->Queue) = (header.Thread, header.Operation, (ushort)queue);
        for (int i = 0; i < RequestHeader.MaxArguments; i++)
            record->Arguments[i] = header.Arguments[i];
        // What it says now: a guest may have changed it since it was carried out.
        record->TextLength = (ushort)chain.Read(RequestHeader.Bytes, new Span<byte>(record->Text, TraceRecord.MostText));
        Volatile.Write(ref record->Ticket, (ulong)number + 1);
    }
}
