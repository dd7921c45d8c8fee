namespace AzaleaOS.Build.Diagnostics;

/// <summary>One error of the build, in the form that MSBuild and editors understand.</summary>
/// <param name="Code">AZ1xxx weaver, AZ2xxx compiler, AZ3xxx assembler, AZ4xxx checker, AZ5xxx linker, AZ6xxx image, AZ7xxx launch and command line.</param>
/// <param name="Message">What happened and what to do, one line.</param>
/// <param name="File">The C# file, where one is to blame.</param>
/// <param name="Line">Its line from 1, or 0 for none.</param>
public sealed record BuildDiagnostic(string Code, string Message, string? File = null, int Line = 0)
{
    /// <summary>"file(line): error CODE: message", or "azalea : error CODE: message" without a file.</summary>
    public override string ToString() => File is null
        ? $"azalea : error {Code}: {Message}"
        : Line > 0 ? $"{File}({Line}): error {Code}: {Message}" : $"{File} : error {Code}: {Message}";
}
