using AzaleaOS.Abi;
using Iced.Intel;

namespace AzaleaOS.Promotion;

/// <summary>Finds the addresses of the stubs: as few pages as possible, each stub in the 64 KiB that its site can reach.</summary>
internal sealed class StubPlacement(ProgramFile program)
{
    private const ulong Page = 4096;
    private const ulong Reach = 0xffff;
    private const int Longest = 64;

    private readonly List<PlannedStub> _stubs = [];
    private readonly List<AddressRange> _pages = [];

    /// <summary>By address.</summary>
    internal IReadOnlyList<PlannedStub> Stubs => _stubs;

    /// <summary>Places as many as there is room for.</summary>
    /// <param name="windows">By address.</param>
    internal void Place(IReadOnlyList<PromotionWindow> windows)
    {
        for (int first = 0; first < windows.Count;)
        {
            int count = 1;
            while (first + count < windows.Count && Fits(windows[first], windows[first + count], count + 1))
                count++;
            ulong start = Start(windows[first + count - 1]);
            var range = new AddressRange(start, RoundUp(start + (ulong)(count * Longest)));
            bool isFree = !program.Loaded.Any(segment => new AddressRange(segment.VirtualAddress & ~(Page - 1), RoundUp(segment.VirtualAddress + segment.MemorySize)).Overlaps(range));
            if (isFree)
                PlaceGroup(windows.Skip(first).Take(count), start);
            first += count;
        }
    }

    /// <summary>The pages with the stubs in them.</summary>
    internal List<StubSegment> Segments()
        => [.. _pages.Select(range =>
        {
            byte[] bytes = new byte[range.End - range.Start];
            Array.Fill(bytes, (byte)0xcc);
            foreach (PlannedStub stub in _stubs.Where(stub => range.Contains(stub.Address)))
            {
                int offset = (int)(stub.Address - range.Start);
                stub.Displaced.CopyTo(bytes, offset);
                offset += stub.Displaced.Length;
                for (int i = 0; i < 3; i++)
                    bytes[offset + i] = (byte)(PromotionTable.Tail >> (8 * i));
            }

            return new StubSegment(range.Start, bytes);
        })];

    /// <summary>True if the stubs of all sites from one to another can lie in one place.</summary>
    private static bool Fits(PromotionWindow first, PromotionWindow last, int count)
        => Start(last) + (ulong)(count * Longest) <= first.End + (ulong)PromotionTable.Distance + Reach;

    private static ulong Start(PromotionWindow window) => RoundUp(window.End + (ulong)PromotionTable.Distance);

    private static ulong RoundUp(ulong address) => (address + Page - 1) & ~(Page - 1);

    private void PlaceGroup(IEnumerable<PromotionWindow> windows, ulong start)
    {
        // Neighbouring groups may share the last page of the one before.
        ulong next = _pages.Count > 0 ? Math.Max(start, _stubs[^1].Tail + PromotionTable.TailBytes) : start;
        foreach (PromotionWindow window in windows)
        {
            byte[] displaced = Encode(window, next);
            var stub = new PlannedStub(window, next, displaced);
            _stubs.Add(stub);
            next = stub.Tail + PromotionTable.TailBytes;
        }

        ulong end = RoundUp(next);
        if (_pages.Count > 0 && _pages[^1].End >= start)
            _pages[^1] = new AddressRange(_pages[^1].Start, end);
        else
            _pages.Add(new AddressRange(start, end));
    }

    private static byte[] Encode(PromotionWindow window, ulong address)
    {
        using var bytes = new MemoryStream();
        var block = new InstructionBlock(new StreamCodeWriter(bytes), [.. window.Displaced.Select(DisplacedCode.Adjust)], address);
        if (!BlockEncoder.TryEncode(64, block, out string? error, out _, BlockEncoderOptions.DontFixBranches))
            throw new PromotionException($"the instructions before {window.Site:x} cannot be moved: {error}");
        return bytes.ToArray();
    }
}
