namespace AzaleaOS.Build.Weaving;

/// <summary>Finds what someone may have meant.</summary>
internal static class NearestNames
{
    /// <summary>Up to three candidates that differ from the name by few letters, nearest first.</summary>
    internal static List<string> Of(string name, IEnumerable<string> candidates)
        => [.. candidates
            .Distinct(StringComparer.Ordinal)
            .Select(candidate => (candidate, distance: Distance(name, candidate)))
            .Where(pair => pair.distance <= 1 + name.Length / 3)
            .OrderBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Take(3)
            .Select(pair => pair.candidate)];

    // Levenshtein's edit distance, without regard to case.
    private static int Distance(string a, string b)
    {
        int[] above = [.. Enumerable.Range(0, b.Length + 1)];
        int[] row = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = above[j - 1] + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1);
                row[j] = Math.Min(replace, 1 + Math.Min(above[j], row[j - 1]));
            }
            (above, row) = (row, above);
        }
        return above[b.Length];
    }
}
