namespace AzaleaOS.Promotion;

/// <summary>A <c>syscall</c> instruction of a program.</summary>
public sealed record PromotionSite
{
    /// <summary>Its address in the file's own numbering.</summary>
    public required ulong Address { get; init; }

    /// <summary>The number that it is always made with when control comes from above, or null.</summary>
    public long? Number { get; init; }

    /// <summary>The function, where the file has symbols.</summary>
    public string? Function { get; init; }

    /// <summary>Why it was left alone.</summary>
    public Refusal Refusal { get; init; }

    /// <summary>Where its stub is; 0 if it has none.</summary>
    public ulong Stub { get; init; }

    /// <summary>True if it is a call now.</summary>
    public bool IsPromoted => Refusal == Refusal.None;
}
