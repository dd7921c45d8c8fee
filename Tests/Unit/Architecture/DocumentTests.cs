using System.Text.RegularExpressions;

namespace AzaleaOS.Tests.Unit.Architecture;

/// <summary>What the README and the guides say is finished, and what they point to is there.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void No_document_holds_a_place_that_was_to_be_filled_in() =>
        Law.Holds(Repository.Documents
            .SelectMany(file => Placeholder().Matches(Repository.Read(file)).Select(match => $"{file} still says {match.Value}")));

    [Fact]
    public void Every_link_inside_the_repository_leads_somewhere()
    {
        List<string> broken = [];
        foreach (string file in Repository.Documents)
        {
            string folder = Path.Combine(Repository.Root, Repository.Parent(file) ?? "");
            foreach (Match link in Link().Matches(Repository.Read(file)))
            {
                string target = Path.GetFullPath(Path.Combine(folder, link.Groups[1].Value));
                if (!Path.Exists(target))
                    broken.Add($"{file} links to {link.Groups[1].Value}, which is not there");
                else if (link.Groups[2].Value is { Length: > 1 } heading && !Headings(target).Contains(heading))
                    broken.Add($"{file} links to {link.Groups[1].Value}{heading}, a heading that is not there");
            }
        }

        Law.Holds(broken);
    }

    /// <summary>The anchors that GitHub gives a document's headings.</summary>
    private static HashSet<string> Headings(string path) =>
        [.. Heading().Matches(File.ReadAllText(path)).Select(match => "#" + NotInAnchors().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'))];

    /// <summary>@NAME@, the way the templates of this project mark what is filled in.</summary>
    [GeneratedRegex(@"@[A-Z][A-Z0-9_]*@|\b(?:TB" + @"D|XX" + @"X|TO" + @"DO)\b")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\]\((?![a-z]+:)([^)#\s]+)(#[^)\s]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+?)\s*$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
