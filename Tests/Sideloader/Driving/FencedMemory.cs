using AzaleaOS.Sideloader.Memory;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>Guest memory in two regions with a hole between them, each behind pages that nobody can touch.</summary>
/// <remarks>Whoever leaves a region is killed by a fault: a test process that lives on proves that nobody did.</remarks>
internal sealed unsafe class FencedMemory : IDisposable
{
    internal const ulong LowAddress = 0x10_0000;
    internal const ulong HighAddress = 0x1_0000_0000;
    internal const ulong FrontEndOffset = 0x7F00_0000_0000;

    private const int Fence = 1 << 20;

    private readonly byte* _start;
    private readonly nuint _length;

    internal FencedMemory(int regionBytes = 1 << 20)
    {
        RegionBytes = regionBytes;
        _length = (nuint)(3 * Fence + 2 * regionBytes);
        _start = (byte*)Libc.Map(null, _length, Libc.ProtectNone, 0x22 /* MAP_PRIVATE | MAP_ANONYMOUS */, -1, 0);
        Assert.True(_start != Libc.MapFailed);
        Low = _start + Fence;
        High = Low + regionBytes + Fence;
        Assert.Equal(0, Libc.Protect(Low, (nuint)regionBytes, Libc.ProtectRead | Libc.ProtectWrite));
        Assert.Equal(0, Libc.Protect(High, (nuint)regionBytes, Libc.ProtectRead | Libc.ProtectWrite));
        Memory = new GuestMemory(
            [
                new GuestRegion(HighAddress, (ulong)regionBytes, HighAddress + FrontEndOffset, (nint)High),
                new GuestRegion(LowAddress, (ulong)regionBytes, LowAddress + FrontEndOffset, (nint)Low),
            ],
            []);
    }

    internal int RegionBytes { get; }

    internal byte* Low { get; }

    internal byte* High { get; }

    internal GuestMemory Memory { get; }

    internal Span<byte> LowBytes => new(Low, RegionBytes);

    /// <summary>A guest-physical range as bytes. Fails the test if it is not in a region.</summary>
    internal Span<byte> At(ulong address, int length)
    {
        byte* host = Memory.Translate(address, (ulong)length);
        Assert.True(host != null, $"0x{address:x} is outside");
        return new Span<byte>(host, length);
    }

    internal bool Contains(ulong host, ulong length) => Within((ulong)Low, host, length) || Within((ulong)High, host, length);

    public void Dispose() => Assert.Equal(0, Libc.Unmap(_start, _length));

    private bool Within(ulong start, ulong host, ulong length) => host >= start && length <= (ulong)RegionBytes && host - start <= (ulong)RegionBytes - length;
}
