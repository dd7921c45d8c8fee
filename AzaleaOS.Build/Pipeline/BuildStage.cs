namespace AzaleaOS.Build.Pipeline;

/// <summary>One step of an image build: it reads files and writes files, and nothing else travels between steps.</summary>
/// <param name="Name">One or two words, for progress and timings: "weave corelib".</param>
/// <param name="Inputs">The files whose content decides the result. A stage that writes one of them runs first.</param>
/// <param name="Outputs">The files it writes.</param>
/// <param name="Run">Does the work. Throws <see cref="Diagnostics.BuildException"/> for an error of the user's.</param>
public sealed record BuildStage(string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, Action Run)
{
    /// <summary>What else decides the result: switches, names, versions.</summary>
    public string Options { get; init; } = "";

    /// <summary>Files that must exist before it runs, whose content does not decide the result.</summary>
    public IReadOnlyList<string> After { get; init; } = [];
}
