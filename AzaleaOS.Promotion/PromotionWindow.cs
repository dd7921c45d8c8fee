using Iced.Intel;

namespace AzaleaOS.Promotion;

/// <summary>What will be replaced: instructions that move to the stub, and the <c>syscall</c> behind them.</summary>
internal sealed record PromotionWindow(ulong Start, ulong Site, IReadOnlyList<Instruction> Displaced)
{
    /// <summary>Bytes of <c>syscall</c>.</summary>
    internal const int SiteBytes = 2;

    /// <summary>Behind the <c>syscall</c>, where the call returns to.</summary>
    internal ulong End => Site + SiteBytes;
}
