namespace AzaleaOS.Promotion;

/// <summary>How a branch goes on.</summary>
internal enum BranchKind : byte
{
    /// <summary>jmp.</summary>
    Jump,

    /// <summary>A conditional jump, a loop, xbegin.</summary>
    Conditional,

    /// <summary>call.</summary>
    Call,
}

/// <summary>A branch whose target stands in the instruction.</summary>
internal readonly record struct Branch(ulong From, ulong Target, BranchKind Kind);
