using System.Reflection;
using System.Runtime.Loader;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Weaving;
using AzaleaOS.Tests.Unit.Pipeline;

namespace AzaleaOS.Tests.Unit.Weaving;

/// <summary>A target and its plugs, compiled from text, woven in a folder of their own, and loaded to be run.</summary>
internal sealed class WovenPair : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly AssemblyLoadContext _context = new("woven", isCollectible: true);

    internal WovenPair(string target, params string[] plugs)
    {
        TargetFile = SourceAssembly.Compile(_folder.Path, "Target", target, []);
        string[] files = [.. plugs.Select((plug, i)
            => SourceAssembly.Compile(_folder.Path, i == 0 ? "Plugs" : $"Plugs{i + 1}", plug, [TargetFile]))];
        Request = new WeaveRequest
        {
            Targets = [TargetFile],
            Plugs = files,
            References = [SourceAssembly.PlatformFolder, typeof(AzaleaOS.Plugs.PlugAttribute).Assembly.Location],
            OutputDirectory = Path.Combine(_folder.Path, "woven"),
        };
    }

    internal WeaveRequest Request { get; }

    internal string TargetFile { get; }

    internal string WovenFile => Path.Combine(Request.OutputDirectory, "Target.dll");

    internal WeaveResult Weave() => Weaver.Weave(Request);

    /// <summary>The errors of a weaving that must fail.</summary>
    internal IReadOnlyList<BuildDiagnostic> Errors() => Assert.Throws<BuildException>(Weave).Diagnostics;

    /// <summary>The only error of a weaving that must fail.</summary>
    internal BuildDiagnostic Error() => Assert.Single(Errors());

    /// <summary>Weaves, loads and calls a static method of the target.</summary>
    internal object? Call(string type, string method, params object?[] arguments)
    {
        if (!_context.Assemblies.Any())
        {
            Weave();
            foreach (string plug in Request.Plugs)
                _context.LoadFromAssemblyPath(plug);
            _context.LoadFromAssemblyPath(WovenFile);
        }
        Type found = _context.Assemblies.Single(assembly => assembly.GetName().Name == "Target").GetType(type, throwOnError: true)!;
        return found.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    public void Dispose()
    {
        _context.Unload();
        _folder.Dispose();
    }
}
