namespace AzaleaOS.Build.Diagnostics;

/// <summary>Ends a step of the build with one or more errors. Commands print them and exit with 1.</summary>
public class BuildException(IReadOnlyList<BuildDiagnostic> diagnostics)
    : Exception(string.Join(Environment.NewLine, diagnostics))
{
    /// <summary>Ends a step with one error.</summary>
    public BuildException(string code, string message, string? file = null, int line = 0)
        : this([new BuildDiagnostic(code, message, file, line)])
    {
    }

    /// <summary>The errors, in the order they were found.</summary>
    public IReadOnlyList<BuildDiagnostic> Diagnostics { get; } = diagnostics;
}
