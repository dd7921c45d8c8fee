using System.Text.RegularExpressions;

namespace AzaleaOS.Tests.Unit.Architecture;

/// <summary>Where a source file sits and what it is called.</summary>
public sealed partial class SourceFileTests
{
    /// <summary>Folders whose namespace is not theirs, because somebody else looks the types up by name.</summary>
    private static readonly Dictionary<string, string> s_foreign = new()
    {
        ["AzaleaOS.Abi/Native"] = "System.Runtime",
        ["AzaleaOS.Abi/Plugs"] = "AzaleaOS.Plugs",
    };

    [Fact]
    public void A_file_sits_in_the_folder_that_its_namespace_says()
    {
        List<string> misplaced = [];
        foreach (string file in Repository.Sources)
        {
            string[] declared = [.. Namespace().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value).Distinct()];
            if (declared is [string only] && Repository.ProjectOf(file) is { } project && only != Expected(file, project))
                misplaced.Add($"{file} declares {only}, expected {Expected(file, project)}");
        }

        Law.Holds(misplaced);
    }

    [Fact]
    public void No_file_promises_to_be_finished_later() =>
        Assert.DoesNotContain(Repository.Sources, file => Promise().IsMatch(Repository.Read(file)));

    private static string Expected(string file, string project)
    {
        string folder = Repository.Parent(file)!;
        if (s_foreign.TryGetValue(folder, out string? foreign))
            return foreign;

        string below = folder[Repository.Parent(project)!.Length..];
        return Repository.RootNamespace(project) + below.Replace('/', '.');
    }

    [GeneratedRegex(@"^namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"//.*\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X)\b")]
    private static partial Regex Promise();
}
