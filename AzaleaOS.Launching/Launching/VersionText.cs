using System.Text.RegularExpressions;

namespace AzaleaOS.Build.Launching;

/// <summary>Finds version numbers in what programs say about themselves.</summary>
internal static partial class VersionText
{
    /// <summary>The first "N.N" or "N.N.N" of a text, or null.</summary>
    internal static string? FindText(string text) => Pattern().Match(text) is { Success: true } match ? match.Value : null;

    /// <summary>The same as numbers.</summary>
    internal static Version? Find(string text) => Version.TryParse(FindText(text), out Version? version) ? version : null;

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex Pattern();
}
