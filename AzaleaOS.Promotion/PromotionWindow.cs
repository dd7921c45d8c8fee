using Iced.Intel;

namespace AzaleaOS.Promotion;

/// <summary>What will be replaced: instructions that stay, instructions that move to the stub, and the <c>syscall</c> among them.</summary>
internal sealed record PromotionWindow(ulong Start, ulong Site, IReadOnlyList<Instruction> Displaced)
{
    /// <summary>Bytes of <c>syscall</c>.</summary>
    internal const int SiteBytes = 2;

    /// <summary>Instructions that stay in the function and now begin at <see cref="Start"/>, encoded for that place.</summary>
    internal byte[] Kept { get; init; } = [];

    /// <summary>Instructions from behind the <c>syscall</c> that move as well, where there is too little room before it.</summary>
    internal IReadOnlyList<Instruction> Following { get; init; } = [];

    /// <summary>Where the call returns to.</summary>
    internal ulong End => Following.Count == 0 ? Site + SiteBytes : Following[^1].NextIP;
}
