using AzaleaOS.Build.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace AzaleaOS.Build.Weaving;

/// <summary>All assemblies that one weaving may look at, each opened once, when it is first needed.</summary>
internal sealed class AssemblySet : IAssemblyResolver
{
    private readonly Dictionary<string, string> _files = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, AssemblyDefinition> _open = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Files win over folders, and earlier ones over later ones.</summary>
    internal AssemblySet(IEnumerable<string> files, IEnumerable<string> references)
    {
        foreach (string file in files)
            _files.TryAdd(Path.GetFileNameWithoutExtension(file), file);
        foreach (string reference in references)
        {
            if (!Directory.Exists(reference))
            {
                _files.TryAdd(Path.GetFileNameWithoutExtension(reference), reference);
                continue;
            }
            foreach (string file in Directory.EnumerateFiles(reference, "*.dll").Order(StringComparer.Ordinal))
                _files.TryAdd(Path.GetFileNameWithoutExtension(file), file);
        }
    }

    /// <summary>Opens the assembly in a file, with its PDB if it stands beside it.</summary>
    internal AssemblyDefinition Open(string file)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        if (_open.TryGetValue(name, out AssemblyDefinition? open))
            return open;
        try
        {
            open = AssemblyDefinition.ReadAssembly(file, new ReaderParameters
            {
                AssemblyResolver = this,
                ReadSymbols = File.Exists(Path.ChangeExtension(file, ".pdb")),
                SymbolReaderProvider = new DefaultSymbolReaderProvider(throwIfNoSymbol: false),
            });
        }
        catch (Exception error) when (error is IOException or BadImageFormatException or UnauthorizedAccessException)
        {
            throw new BuildException(WeaverCodes.Assembly, $"cannot read the assembly: {error.Message}", file);
        }
        _open.Add(name, open);
        return open;
    }

    /// <summary>The assembly of that simple name, or null.</summary>
    internal AssemblyDefinition? Find(string name)
        => _open.TryGetValue(name, out AssemblyDefinition? open) ? open
            : _files.TryGetValue(name, out string? file) && File.Exists(file) ? Open(file)
            : null;

    /// <summary>The type of that full name (nested types after '/'), through type forwards, or null.</summary>
    internal TypeDefinition? FindType(string assembly, string fullName)
    {
        // A forward may lead to another forward, never in a circle in a sound set; the bound makes sure.
        for (int hop = 0; hop < 8 && Find(assembly) is { } found; hop++)
        {
            if (found.MainModule.GetType(fullName) is { } type)
                return type;
            string outermost = fullName.Split('/')[0];
            ExportedType? forward = found.MainModule.HasExportedTypes
                ? found.MainModule.ExportedTypes.FirstOrDefault(exported => exported.FullName == outermost)
                : null;
            if (forward?.Scope is not AssemblyNameReference next)
                return null;
            assembly = next.Name;
        }
        return null;
    }

    AssemblyDefinition IAssemblyResolver.Resolve(AssemblyNameReference name)
        => Find(name.Name) ?? throw new AssemblyResolutionException(name);

    AssemblyDefinition IAssemblyResolver.Resolve(AssemblyNameReference name, ReaderParameters parameters)
        => ((IAssemblyResolver)this).Resolve(name);

    /// <summary>Closes every file.</summary>
    public void Dispose()
    {
        foreach (AssemblyDefinition assembly in _open.Values)
            assembly.Dispose();
        _open.Clear();
    }
}
