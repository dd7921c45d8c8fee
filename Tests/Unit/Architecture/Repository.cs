using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AzaleaOS.Tests.Unit.Architecture;

/// <summary>The source tree that these tests were built from.</summary>
internal static partial class Repository
{
    internal static string Root { get; } = FindRoot();

    /// <summary>All project files, as paths relative to the root with slashes; what "dotnet new" copies is none.</summary>
    internal static IReadOnlyList<string> Projects { get; } = [.. Files("*.csproj").Where(project => !project.Contains("/templates/", StringComparison.Ordinal))];

    /// <summary>All C# files that somebody wrote.</summary>
    internal static IReadOnlyList<string> Sources { get; } = Files("*.cs");

    /// <summary>The README, the guides and all other pages for readers.</summary>
    internal static IReadOnlyList<string> Documents { get; } = Files("*.md");

    /// <summary>The project that a file belongs to: the nearest one above it, or null.</summary>
    internal static string? ProjectOf(string file)
    {
        for (string? folder = Parent(file); folder is not null; folder = Parent(folder))
        {
            if (Projects.FirstOrDefault(project => Parent(project) == folder) is { } found)
                return found;
        }

        return null;
    }

    /// <summary>The namespace at the project's top: its RootNamespace, else its name.</summary>
    internal static string RootNamespace(string project) =>
        Load(project).Descendants("RootNamespace").FirstOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(project);

    internal static XDocument Load(string file) => XDocument.Load(Path.Combine(Root, file));

    internal static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>The folder of a path, or null at the root.</summary>
    internal static string? Parent(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? null : path[..slash];
    }

    private static string[] Files(string pattern) =>
    [
        .. Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !Produced().IsMatch(file))
            .Order(StringComparer.Ordinal),
    ];

    [GeneratedRegex("(^|/)(bin|obj|artifacts|TestResults|\\.[^/]+)/")]
    private static partial Regex Produced();

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "AzaleaOS.sln")))
            folder = Path.GetDirectoryName(folder);

        return folder ?? throw new InvalidOperationException($"no AzaleaOS.sln above {AppContext.BaseDirectory}");
    }
}
