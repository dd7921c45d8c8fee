using System.Reflection;
using AzaleaOS.Build.Assembler;
using AzaleaOS.Build.Compilation;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Weaving;
using AzaleaOS.Plugs.CoreLib;
using AzaleaOS.Tests.Unit.Pipeline;
using AzaleaOS.Tests.Unit.Weaving;

namespace AzaleaOS.Tests.Unit.Compilation;

/// <summary>The real class library, woven once with the real plugs, and the real compiler, for tests that compile small kernels from text.</summary>
public sealed class KernelCompiler : IDisposable
{
    private static readonly string s_kernel = typeof(AzaleaOS.Diagnostics.Panic).Assembly.Location;
    private static readonly string s_plugs = typeof(ThrowPlug).Assembly.Location;
    private static readonly string s_abi = typeof(AzaleaOS.Plugs.PlugAttribute).Assembly.Location;

    private readonly TemporaryFolder _folder = new();
    private int _number;

    public KernelCompiler()
    {
        WeaveResult woven = Weaver.Weave(new WeaveRequest
        {
            Targets = [Packages.CoreLibrary, s_kernel],
            Plugs = [s_plugs],
            References = [Packages.Facades, Path.GetDirectoryName(s_plugs)!],
            OutputDirectory = _folder["woven"],
        });
        (WovenCoreLibrary, WovenKernel) = (woven.Assemblies[0], woven.Assemblies[1]);
        AssemblerObject = _folder["plugs.o"];
        AssemblerMethods.Emit([s_plugs], AssemblerObject);
    }

    internal static string IlcVersion => typeof(KernelCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "IlcVersion").Value!;

    internal IlcPackages Packages { get; } = IlcPackages.Locate(IlcVersion);

    internal string WovenCoreLibrary { get; }

    internal string WovenKernel { get; }

    /// <summary>The object with all assembler methods.</summary>
    internal string AssemblerObject { get; }

    /// <summary>A request for the assembly that a C# text makes.</summary>
    internal IlcRequest Request(string source, bool withKernel = false)
    {
        string assembly = SourceAssembly.Compile(_folder.Path, $"Kernel{_number++}", source, []);
        return new IlcRequest
        {
            Inputs = withKernel ? [assembly, WovenKernel] : [assembly],
            References = [WovenCoreLibrary, s_plugs, s_abi, s_kernel],
            Output = Path.ChangeExtension(assembly, ".o"),
            Packages = Packages,
        };
    }

    /// <summary>Compiles a C# text to an object.</summary>
    internal ElfFile Compile(string source, bool withKernel = false)
    {
        IlcRequest request = Request(source, withKernel);
        IlCompiler.Compile(request);
        return ElfFile.Open(request.Output);
    }

    /// <summary>The errors of the lines of a C# text that cannot be linked into a kernel.</summary>
    internal IReadOnlyList<BuildDiagnostic> Errors(string source)
    {
        ElfFile[] objects = [Compile(source), ElfFile.Open(AssemblerObject)];

        // Defined in objects that come later in a build, and by the kernel itself.
        HashSet<string> undefined = [.. AllocationErrors.UndefinedIn(objects)
            .Where(symbol => symbol == UndefinedSymbols.StaticConstructorSymbol
                || !(symbol.StartsWith("azalea_", StringComparison.Ordinal) || symbol == "RhpFallbackFailFast"))];
        return AllocationErrors.Find(objects, undefined);
    }

    public void Dispose() => _folder.Dispose();
}
