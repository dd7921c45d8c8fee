using Iced.Intel;

namespace AzaleaOS.Promotion;

/// <summary>A call that is to lead to a stub: behind it, what it returns to, and what the stub does before it goes to the kernel.</summary>
internal sealed record PlannedCall(PromotionWindow Window, ulong End, IReadOnlyList<Instruction> Displaced);

/// <summary>A call with its stub: where, and its bytes without the tail.</summary>
internal sealed record PlannedStub(PlannedCall Call, ulong Address, byte[] Displaced)
{
    /// <summary>Where the tail begins.</summary>
    internal ulong Tail => Address + (ulong)Displaced.Length;
}

/// <summary>Whole pages of stubs.</summary>
internal sealed record StubSegment(ulong Address, byte[] Bytes);
