namespace AzaleaOS.Promotion;

/// <summary>A promoted program, and what became of each site.</summary>
/// <param name="File">The new file; the same bytes as before if no site was promoted.</param>
/// <param name="Sites">By address.</param>
/// <param name="Record">How the new file differs, for a boot archive that has the program as it is; null if no site was promoted. See <c>PromotionRecord</c>.</param>
public sealed record PromotionResult(byte[] File, IReadOnlyList<PromotionSite> Sites, byte[]? Record)
{
    /// <summary>How many sites are calls now.</summary>
    public int Promoted => Sites.Count(site => site.IsPromoted);

    /// <summary>How many were left alone, by reason.</summary>
    public IReadOnlyDictionary<Refusal, int> Refused
        => Sites.Where(site => !site.IsPromoted).GroupBy(site => site.Refusal).ToDictionary(group => group.Key, group => group.Count());
}
