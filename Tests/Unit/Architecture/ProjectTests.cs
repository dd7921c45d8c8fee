namespace AzaleaOS.Tests.Unit.Architecture;

/// <summary>Which project may refer to which.</summary>
public sealed class ProjectTests
{
    /// <summary>The projects that are not applications. Tests may refer to all.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["AzaleaOS.Abi"] = [],
        ["AzaleaOS"] = ["AzaleaOS.Abi"],
        ["AzaleaOS.App"] = ["AzaleaOS.Abi"],
        ["AzaleaOS.Linked"] = ["AzaleaOS.Abi"],
        ["AzaleaOS.Launching"] = ["AzaleaOS.Abi"],
        ["AzaleaOS.Build"] = ["AzaleaOS.Abi", "AzaleaOS.Launching", "AzaleaOS.Promotion"],
        ["AzaleaOS.Sdk"] = ["AzaleaOS.App", "AzaleaOS.Build", "AzaleaOS.Linked", "AzaleaOS.Plugs", "Runner"],
        ["AzaleaOS.Plugs"] = ["AzaleaOS.Abi", "AzaleaOS", "AzaleaOS.Build"],
        ["AzaleaOS.Promotion"] = ["AzaleaOS.Abi"],
        ["Sideloader"] = ["AzaleaOS.Abi", "AzaleaOS.Launching", "AzaleaOS.Promotion"],
    };

    [Fact]
    public void Projects_refer_only_to_those_they_may()
    {
        foreach (string project in Repository.Projects.Where(project => !project.StartsWith("Tests/", StringComparison.Ordinal)))
        {
            string name = Path.GetFileNameWithoutExtension(project);
            Law.Holds(References(project, "ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Replace('\\', '/')))
                .Except(Allowed(name))
                .Select(reference => $"{name} must not refer to {reference}"));
        }
    }

    /// <summary>An application sees the application's library and its own plugs; plugs see the tool.</summary>
    private static string[] Allowed(string name) => s_allowed.TryGetValue(name, out string[]? allowed) ? allowed
        : name.EndsWith(".Plugs", StringComparison.Ordinal) ? ["AzaleaOS.Abi", "AzaleaOS.App", "AzaleaOS.Build"]
        : ["AzaleaOS.App", name + ".Plugs"];

    [Theory]
    [InlineData("AzaleaOS.Abi")]
    [InlineData("AzaleaOS")]
    public void What_is_compiled_into_the_kernel_uses_no_package(string project) =>
        Assert.Empty(References($"{project}/{project}.csproj", "PackageReference"));

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = Repository.Read("AzaleaOS.sln").Replace('\\', '/');

        Assert.All(Repository.Projects, project => Assert.Contains($"\"{project}\"", solution, StringComparison.Ordinal));
    }

    [Fact]
    public void Package_versions_stand_in_one_place() =>
        Assert.All(Repository.Projects, project =>
            Assert.All(Repository.Load(project).Descendants("PackageReference"), reference => Assert.Null(reference.Attribute("Version"))));

    private static IEnumerable<string> References(string project, string kind) =>
        Repository.Load(project).Descendants(kind).Select(reference => (string?)reference.Attribute("Include")).OfType<string>();
}
