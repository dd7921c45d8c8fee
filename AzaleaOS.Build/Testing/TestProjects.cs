using System.Xml.Linq;

namespace AzaleaOS.Build.Testing;

/// <summary>Finds the test projects of the repository.</summary>
public static class TestProjects
{
    /// <summary>The project files below <c>Tests</c> that set IsTestProject, quick ones (Unit) first, then by name.</summary>
    public static IReadOnlyList<string> Find(string repository) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(repository, "Tests"), "*.csproj", SearchOption.AllDirectories)
            .Where(IsTestProject)
            .OrderBy(project => NameOf(project).StartsWith("Unit", StringComparison.Ordinal) ? 0 : 1)
            .ThenBy(project => project, StringComparer.Ordinal),
    ];

    /// <summary>What the user calls the project: the folder below <c>Tests</c>.</summary>
    public static string NameOf(string project)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(project))!;
        string[] parts = folder.Split(Path.DirectorySeparatorChar);
        int tests = Array.LastIndexOf(parts, "Tests");
        return string.Join('/', parts[(tests + 1)..]);
    }

    private static bool IsTestProject(string project) =>
        XDocument.Load(project).Descendants("IsTestProject").Any(element => string.Equals(element.Value.Trim(), "true", StringComparison.OrdinalIgnoreCase));
}
