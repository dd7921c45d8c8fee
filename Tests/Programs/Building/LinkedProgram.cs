using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Programs.Building;

/// <summary>One source file, linked by <c>azalea cc</c> or <c>azalea c++</c>.</summary>
/// <param name="name">The program.</param>
/// <param name="verb">cc or c++.</param>
/// <param name="source">The file.</param>
/// <param name="options">Options; libraries come last.</param>
internal sealed class LinkedProgram(string name, string verb, string source, params string[] options) : ProgramRecipe
{
    /// <summary>The azalea command.</summary>
    internal static string Command { get; } = Path.Combine(SourceTree.Root, "AzaleaOS.Build", "bin", SourceTree.Configuration, "net10.0", "azalea.dll");

    /// <summary>What a linked program is made with.</summary>
    internal static IReadOnlyList<string> NeededFiles { get; } =
        ["/usr/bin/gcc", "/usr/bin/g++", "/usr/bin/make", .. Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "AzaleaOS.C"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    internal override string Name => name;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Sources => [source];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Tools => NeededFiles;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Options => [verb, .. options];

    /// <inheritdoc/>
    internal override void Build(BuildFolder folder) => folder.Run(DotNet.Host, [Command, verb, "-o", name, source, .. options]);
}
