using AzaleaOS.Abi;

namespace AzaleaOS.Promotion;

/// <summary>Finds the addresses of the stubs: as few pages as possible, each stub in the 64 KiB that its call can reach.</summary>
internal sealed class StubPlacement(ProgramFile program)
{
    private const ulong Page = 4096;
    private const ulong Reach = 0xffff;
    private const int Longest = 64;
    private const byte Trap = 0xcc;

    private readonly List<PlannedStub> _stubs = [];
    private readonly List<Relay> _relays = [];
    private readonly List<AddressRange> _pages = [];

    /// <summary>By address.</summary>
    internal IReadOnlyList<PlannedStub> Stubs => _stubs;

    /// <summary>Where the call of each promoted site leads to.</summary>
    internal Dictionary<PromotionWindow, ulong> Destinations()
    {
        HashSet<ulong> connected = [.. _stubs.Where(stub => IsRelayed(stub.Call)).Select(stub => stub.Call.End)];
        return _stubs.Where(stub => !IsRelayed(stub.Call)).Select(stub => (stub.Call.Window, stub.Address))
            .Concat(_relays.Where(relay => connected.Contains(relay.CallEnd)).Select(relay => (relay.Window, relay.Address)))
            .ToDictionary(pair => pair.Window, pair => pair.Address);
    }

    /// <summary>Places as many as there is room for.</summary>
    /// <param name="windows">By address.</param>
    internal void Place(IReadOnlyList<PromotionWindow> windows)
    {
        ulong next = RoundUp(program.Loaded.Max(segment => segment.VirtualAddress + segment.MemorySize));
        foreach (PromotionWindow window in windows.Where(window => window.Following.Count > 0))
        {
            var relay = Relay.At(next, window);
            _relays.Add(relay);
            next += (ulong)relay.Length;
        }

        PlannedCall[] calls =
        [
            .. windows.Where(window => window.Following.Count == 0).Select(window => new PlannedCall(window, window.End, window.Displaced)),
            .. _relays.Select(relay => new PlannedCall(relay.Window, relay.CallEnd, [])),
        ];
        PlaceStubs(calls);
    }

    /// <summary>The pages with the stubs in them, and before them those of the relays.</summary>
    internal List<StubSegment> Segments()
    {
        var segments = new List<StubSegment>();
        if (_relays.Count > 0)
            segments.Add(RelaySegment());
        foreach (AddressRange range in _pages)
        {
            byte[] bytes = new byte[range.End - range.Start];
            Array.Fill(bytes, Trap);
            foreach (PlannedStub stub in _stubs.Where(stub => range.Contains(stub.Address)))
            {
                int offset = (int)(stub.Address - range.Start);
                stub.Displaced.CopyTo(bytes, offset);
                offset += stub.Displaced.Length;
                for (int i = 0; i < 3; i++)
                    bytes[offset + i] = (byte)(PromotionTable.Tail >> (8 * i));
            }

            segments.Add(new StubSegment(range.Start, bytes));
        }

        return segments;
    }

    private StubSegment RelaySegment()
    {
        ulong start = _relays[0].Address;
        byte[] bytes = new byte[RoundUp(_relays[^1].Address + (ulong)_relays[^1].Length) - start];
        Array.Fill(bytes, Trap);
        Dictionary<ulong, ulong> stubs = _stubs.Where(stub => IsRelayed(stub.Call)).ToDictionary(stub => stub.Call.End, stub => stub.Address);
        foreach (Relay relay in _relays.Where(relay => stubs.ContainsKey(relay.CallEnd)))
            relay.Bytes(stubs[relay.CallEnd]).CopyTo(bytes, (int)(relay.Address - start));
        return new StubSegment(start, bytes);
    }

    private static bool IsRelayed(PlannedCall call) => call.Window.Following.Count > 0;

    private void PlaceStubs(PlannedCall[] calls)
    {
        for (int first = 0; first < calls.Length;)
        {
            int count = 1;
            while (first + count < calls.Length && Fits(calls[first], calls[first + count], count + 1))
                count++;
            ulong start = Start(calls[first + count - 1]);
            var range = new AddressRange(start, RoundUp(start + (ulong)(count * Longest)));
            bool isFree = !program.Loaded.Any(segment => new AddressRange(segment.VirtualAddress & ~(Page - 1), RoundUp(segment.VirtualAddress + segment.MemorySize)).Overlaps(range));
            if (isFree)
                PlaceGroup(calls.AsSpan(first, count), start);
            first += count;
        }
    }

    /// <summary>True if the stubs of all calls from one to another can lie in one place.</summary>
    private static bool Fits(PlannedCall first, PlannedCall last, int count)
        => Start(last) + (ulong)(count * Longest) <= first.End + (ulong)PromotionTable.Distance + Reach;

    private static ulong Start(PlannedCall call) => RoundUp(call.End + (ulong)PromotionTable.Distance);

    private static ulong RoundUp(ulong address) => (address + Page - 1) & ~(Page - 1);

    private void PlaceGroup(ReadOnlySpan<PlannedCall> calls, ulong start)
    {
        // Neighbouring groups may share the last page of the one before.
        ulong next = _pages.Count > 0 ? Math.Max(start, _stubs[^1].Tail + PromotionTable.TailBytes) : start;
        foreach (PlannedCall call in calls)
        {
            byte[] displaced = DisplacedCode.Encode(call.Displaced.Select(DisplacedCode.Adjust), next);
            var stub = new PlannedStub(call, next, displaced);
            _stubs.Add(stub);
            next = stub.Tail + PromotionTable.TailBytes;
        }

        ulong end = RoundUp(next);
        if (_pages.Count > 0 && _pages[^1].End >= start)
            _pages[^1] = new AddressRange(_pages[^1].Start, end);
        else
            _pages.Add(new AddressRange(start, end));
    }
}
