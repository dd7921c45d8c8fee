namespace AzaleaOS.Sideloader.Statistics;

/// <summary>Reads the traced calls of a daemon as they come. As long as it reads, calls are traced, and a second longer.</summary>
internal sealed unsafe class TraceReader
{
    private const long Lease = 1_000_000_000;

    private readonly StatisticsFile _file;
    private long _next;

    internal TraceReader(StatisticsFile file)
    {
        _file = file;
        _next = Volatile.Read(ref file.TraceCount);
        Renew();
    }

    /// <summary>Calls that were overwritten before they were read.</summary>
    internal long Lost { get; private set; }

    /// <summary>Has calls traced for another second.</summary>
    internal void Renew()
    {
        long until = StatisticsFile.Now + Lease;
        if (_file.TraceUntil < until)
            _file.TraceUntil = until;
    }

    /// <summary>The next call, if there is one.</summary>
    internal bool TryRead(out TraceRecord record)
    {
        record = default;
        while (true)
        {
            long count = Volatile.Read(ref _file.TraceCount);
            if (_next >= count)
                return false;

            TraceRecord* place = _file.Trace(_next);
            ulong ticket = Volatile.Read(ref place->Ticket);
            bool isOverwritten = ticket > (ulong)_next + 1 || count - _next > StatisticsLayout.TraceRecords;
            if (!isOverwritten && ticket != (ulong)_next + 1)
                return false;
            record = *place;
            Interlocked.MemoryBarrier();
            if (!isOverwritten && Volatile.Read(ref place->Ticket) == ticket)
            {
                _next++;
                return true;
            }

            // The writer is a whole ring ahead: go on with the oldest that is still there.
            long oldest = Math.Max(Volatile.Read(ref _file.TraceCount) - StatisticsLayout.TraceRecords + 1, _next + 1);
            Lost += oldest - _next;
            _next = oldest;
        }
    }
}
