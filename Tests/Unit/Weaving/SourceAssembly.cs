using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace AzaleaOS.Tests.Unit.Weaving;

/// <summary>A small assembly that a test compiles from text, with its PDB, so that lines can be checked.</summary>
internal static class SourceAssembly
{
    private static readonly Lazy<MetadataReference[]> s_platform = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => file.StartsWith(PlatformFolder, StringComparison.Ordinal))
            .Select(file => MetadataReference.CreateFromFile(file)),
        MetadataReference.CreateFromFile(typeof(AzaleaOS.Plugs.PlugAttribute).Assembly.Location),
    ]);

    /// <summary>Where System.Private.CoreLib of the running test is.</summary>
    internal static string PlatformFolder => Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    /// <summary>Compiles; the source file is called as the assembly.</summary>
    internal static string Compile(string folder, string name, string source, IEnumerable<string> references, bool allowInternals = false)
    {
        string usings = "using System; using System.Runtime; using System.Runtime.CompilerServices; using AzaleaOS.Plugs;\n";
        SyntaxTree tree = CSharpSyntaxTree.ParseText(
            SourceText.From("#line hidden\n" + usings + "#line 1\n" + source, Encoding.UTF8), path: $"{name}.cs");
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, deterministic: true,
            metadataImportOptions: allowInternals ? MetadataImportOptions.All : MetadataImportOptions.Public);
        CSharpCompilation compilation = CSharpCompilation.Create(name, [tree],
            [.. s_platform.Value, .. references.Select(reference => MetadataReference.CreateFromFile(reference))], options);
        string file = Path.Combine(folder, name + ".dll");
        using FileStream image = File.Create(file);
        using FileStream symbols = File.Create(Path.ChangeExtension(file, ".pdb"));
        EmitResult result = compilation.Emit(image, symbols, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb));
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        return file;
    }

    /// <summary>The line, from 1, on which the text "/*here*/" stands.</summary>
    internal static int LineOfMark(string source, [CallerArgumentExpression(nameof(source))] string what = "")
    {
        int at = source.IndexOf("/*here*/", StringComparison.Ordinal);
        Assert.True(at >= 0, $"{what} has no mark");
        return source[..at].Count(c => c == '\n') + 1;
    }
}
