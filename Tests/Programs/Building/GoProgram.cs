namespace AzaleaOS.Tests.Programs.Building;

/// <summary>A Go program without C, by Debian's Go.</summary>
internal sealed class GoProgram : ProgramRecipe
{
    private const string Go = "/usr/bin/go";

    /// <inheritdoc/>
    internal override string Name => "go";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Sources => ["Go/main.go"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Tools => [Go];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Options { get; } = ["build", "-trimpath", "-o", "go", "Go/main.go"];

    /// <inheritdoc/>
    internal override void Build(BuildFolder folder) => folder.Run(Go, Options);
}
