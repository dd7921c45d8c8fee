namespace AzaleaOS.Promotion;

/// <summary>A site with its stub: where, and its bytes without the tail.</summary>
internal sealed record PlannedStub(PromotionWindow Window, ulong Address, byte[] Displaced)
{
    /// <summary>Where the tail begins.</summary>
    internal ulong Tail => Address + (ulong)Displaced.Length;
}

/// <summary>Whole pages of stubs.</summary>
internal sealed record StubSegment(ulong Address, byte[] Bytes);
