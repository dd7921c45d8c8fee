using System.Numerics;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.Statistics;

/// <summary>Counts the calls of one queue, and traces them while somebody wants that. Used by the queue's thread alone.</summary>
internal sealed unsafe class CallMeter(StatisticsFile file, int queue)
{
    private const int WordsPerSlot = StatisticsLayout.SlotBytes / sizeof(ulong);

    /// <summary>The first calls of a kind are timed, so many, and of as many later ones one: two looks at the clock are a tenth of a short call.</summary>
    private const ulong TimedOneIn = 64;

    private readonly ulong* _block = file.Queue(queue);

    /// <summary>What the last call of each kind took that was timed and did not wait: what those until the next one count as.</summary>
    private readonly long[] _last = new long[StatisticsLayout.Slots];

    /// <summary>The end of the last trace that is over.</summary>
    private long _traced;

    /// <summary>What was agreed on with the unikernel.</summary>
    internal void Greeted(ChannelFeatures features) => file.Features = features;

    /// <summary>The unikernel's own word, at its end, on how many bytes of data it copied.</summary>
    internal void Ended(ulong copied) => file.CopiedByUnikernel = copied;

    /// <summary>Whether somebody wants a trace, or the end of one has not been noticed yet: an ordinary call notices it.</summary>
    internal bool IsTracing => file.TraceUntil != _traced;

    /// <summary>When a request was seen, of <see cref="StatisticsFile.Now"/>; 0 if it is not timed.</summary>
    /// <param name="operation">Its number.</param>
    internal long Begin(ushort operation)
    {
        int slot = StatisticsLayout.SlotOf(operation);
        ulong calls = slot < 0 ? 0 : _block[slot * WordsPerSlot];
        return calls < TimedOneIn || calls % TimedOneIn == 0 || IsTracing ? StatisticsFile.Now : 0;
    }

    /// <summary>Counts a call that has its result.</summary>
    /// <param name="header">The request.</param>
    /// <param name="chain">Its chain, not given back yet if there is a trace.</param>
    /// <param name="start">When the request was seen: of <see cref="Begin"/>, or not 0 if it was kept.</param>
    /// <param name="result">What the application gets.</param>
    /// <param name="isKept">Whether it waited, or a helper made it.</param>
    internal void Count(in RequestHeader header, DescriptorChain chain, long start, long result, bool isKept)
    {
        int slot = StatisticsLayout.SlotOf(header.Operation);
        long now = start == 0 ? 0 : StatisticsFile.Now;
        long duration = start == 0 ? _last[slot] : Math.Max(now - start, 0);
        if (start != 0 && slot >= 0 && !isKept)
            _last[slot] = duration;
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

        long until = file.TraceUntil;
        if (start == 0 || until == _traced)
            return;
        if (now < until)
            Trace(header, chain, start, duration, result);
        else
            _traced = until;
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
