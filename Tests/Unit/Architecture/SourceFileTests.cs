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
    public void A_public_type_has_a_file_of_its_own_that_bears_its_name()
    {
        List<string> strangers = [];
        foreach (string file in Repository.Sources.Where(file => !file.StartsWith("Tests/", StringComparison.Ordinal)))
        {
            string[] types = [.. PublicType().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value)];
            string name = Path.GetFileName(file).Split('.')[0];
            if (types.Length > 1 || (types is [string only] && only != name))
                strangers.Add($"{file} declares {string.Join(", ", types)}");
        }

        Law.Holds(strangers);
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

    [GeneratedRegex(@"^public\s+(?:(?:static|sealed|abstract|readonly|partial|unsafe|ref|new|file)\s+)*(?:class|struct|interface|enum|record\s+struct|record\s+class|record|delegate\s+\S+)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"//.*\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X)\b")]
    private static partial Regex Promise();
}
