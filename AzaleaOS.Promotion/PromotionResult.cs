namespace AzaleaOS.Promotion;

/// <summary>A promoted program, and what became of each site.</summary>
/// <param name="File">The new file; the same bytes as before if no site was promoted.</param>
/// <param name="Sites">By address.</param>
public sealed record PromotionResult(byte[] File, IReadOnlyList<PromotionSite> Sites)
{
    /// <summary>How many sites are calls now.</summary>
    public int Promoted => Sites.Count(site => site.IsPromoted);

    /// <summary>How many were left alone, by reason.</summary>
    public IReadOnlyDictionary<Refusal, int> Refused
        => Sites.Where(site => !site.IsPromoted).GroupBy(site => site.Refusal).ToDictionary(group => group.Key, group => group.Count());
}
