using AzaleaOS.Build.Assembler;
using AzaleaOS.Build.Checking;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Tests.Unit.Pipeline;

namespace AzaleaOS.Tests.Unit.Checking;

/// <summary>Small functions written by a test, some as if the compiler had written them, some as assembler methods.</summary>
internal sealed class CheckedCode : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly KernelObject _compiled = new();
    private readonly KernelObject _assembled = new();

    internal CheckedCode Compiled(string symbol, Action<KernelAssembler> emit)
    {
        _compiled.Add(symbol, emit);
        return this;
    }

    internal CheckedCode Assembled(string symbol, Action<KernelAssembler> emit, int bits = 64)
    {
        _assembled.Add(symbol, emit, bits);
        return this;
    }

    internal CheckedCode CompiledPointer(string symbol, string target)
    {
        _compiled.Add(symbol, a => a.Pointer(a[target]), section: ".data");
        return this;
    }

    /// <summary>The errors for a vector-free root; none if it passes.</summary>
    internal IReadOnlyList<BuildDiagnostic> Errors(string[] vectorFree, params string[] neverReturn)
    {
        try
        {
            CodeChecker.Check(Request() with { VectorFreeRoots = vectorFree, NeverReturn = neverReturn });
            return [];
        }
        catch (BuildException e)
        {
            return e.Diagnostics;
        }
    }

    /// <summary>The errors that do not depend on a root.</summary>
    internal IReadOnlyList<BuildDiagnostic> Errors() => Errors([]);

    internal RegisterUse Use(string root, params string[] neverReturn)
        => CodeChecker.Check(Request() with { Roots = [root], NeverReturn = neverReturn }).RegisterUse[root];

    public void Dispose() => _folder.Dispose();

    private CheckRequest Request()
    {
        _compiled.Write(_folder["compiled.o"]);
        _assembled.Write(_folder["assembled.o"]);
        return new CheckRequest { Compiled = [_folder["compiled.o"]], Assembled = [_folder["assembled.o"]] };
    }
}
