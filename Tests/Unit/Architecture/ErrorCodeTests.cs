using System.Text.RegularExpressions;

namespace AzaleaOS.Tests.Unit.Architecture;

/// <summary>The list of error codes in the developer guide is the list of the source.</summary>
public sealed partial class ErrorCodeTests
{
    [Fact]
    public void Every_error_code_of_the_tool_is_explained_in_the_guide_and_no_other()
    {
        string[] used = [.. new[] { "AzaleaOS.Build", "AzaleaOS.Launching" }
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*", SearchOption.AllDirectories))
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".targets", StringComparison.Ordinal))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(file => Quoted().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .Distinct()];
        // The kernel has no codes but those of what a user can do something about.
        used = [.. used, .. Repository.Sources.Where(file => file.StartsWith("AzaleaOS/", StringComparison.Ordinal)).SelectMany(file => Spoken().Matches(Repository.Read(file))).Select(match => match.Groups[1].Value)];
        string[] explained = [.. TableRow().Matches(Repository.Read("docs/developer/build.md")).Select(match => match.Groups[1].Value)];

        Law.Holds(used.Except(explained).Select(code => $"docs/developer/build.md does not explain {code}"));
        Law.Holds(explained.Except(used).Select(code => $"docs/developer/build.md explains {code}, which the tool never says"));
        Assert.Equal(explained.Distinct().Order(StringComparer.Ordinal), explained);
    }

    [GeneratedRegex("\"(AZ[0-9]{4})\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\((AZ[0-9]{4})\)")]
    private static partial Regex Spoken();

    [GeneratedRegex(@"^\| (AZ[0-9]{4}) \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
