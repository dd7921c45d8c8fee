using System.CommandLine;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;
using AzaleaOS.Build.Testing;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea test</c>: builds the repository and runs its test projects.</summary>
internal sealed class TestCommand : Command, IHasExamples
{
    private readonly Argument<string[]> _projects = new("PROJECT")
    {
        Description = "Test projects by their folder below Tests: Unit, System. All by default.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _filter = new("--filter")
    {
        Description = "Only the tests that match, in the syntax of dotnet test.",
        HelpName = "EXPRESSION",
    };

    private readonly Option<bool> _noBuild = new("--no-build") { Description = "Test what is built already." };

    private TestCommand(CommandContext context)
        : base("test", "Run the tests; the last line is the sum over all test projects.")
    {
        Arguments.Add(_projects);
        Options.Add(_filter);
        Options.Add(_noBuild);
        SetAction((parsed, _) => RunAsync(context, parsed));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "azalea test",
        "azalea test Unit --filter FullyQualifiedName~Linker",
    ];

    internal static TestCommand Create(CommandContext context) => new(context);

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed)
    {
        IReadOnlyList<string> projects = TestProjects.Find(SourceTree.Root);
        if (parsed.GetValue(_projects) is { Length: > 0 } names)
        {
            ILookup<string, string> known = projects.ToLookup(TestProjects.NameOf, StringComparer.OrdinalIgnoreCase);
            if (names.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            {
                context.Terminal.Error($"there is no test project {unknown}", $"there are:  {string.Join(", ", known.Select(project => project.Key))}");
                return ExitStatus.Usage;
            }

            projects = [.. names.SelectMany(name => known[name])];
        }

        if (!parsed.GetValue(_noBuild))
        {
            if (!await ProjectBuild.TryBuildAsync(context, "building everything", SourceTree.Solution))
                return ExitStatus.Failure;
        }

        using StreamWriter output = new(context.Terminal.Output, leaveOpen: true);
        TestRun run = new(DotNet.Host, SourceTree.Configuration, parsed.GetValue(_filter), output);
        TestTotals totals = await run.RunAsync(projects, context.Cancellation);
        output.WriteLine(totals);
        return totals.ExitStatus;
    }
}
