namespace AzaleaOS.Tests.Programs.Building;

/// <summary>One source file and a compiler that makes a program of it in one step.</summary>
/// <param name="name">The program.</param>
/// <param name="compiler">gcc, or another with the same first options.</param>
/// <param name="source">The file.</param>
/// <param name="options">Options; libraries come last.</param>
/// <param name="tools">What must be installed besides the compiler.</param>
internal sealed class CompiledProgram(string name, string compiler, string source, string[] options, params string[] tools) : ProgramRecipe
{
    /// <inheritdoc/>
    internal override string Name => name;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Sources => [source];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Tools => [compiler, .. tools];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Options => options;

    /// <inheritdoc/>
    internal override void Build(BuildFolder folder) => folder.Run(compiler, ["-o", name, source, .. options]);
}
