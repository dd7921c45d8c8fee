using System.Collections.Frozen;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Linking;

/// <summary>Turns ilc's symbols back into C# names: AzaleaOS_AzaleaOS_Cpu_Apic__Send into AzaleaOS.Cpu.Apic.Send.</summary>
/// <remarks>
/// ilc writes an underscore for every character that is not a letter or a digit, so the way back
/// needs the types of the assemblies that were compiled. A symbol that none of them explains is
/// shown as it is.
/// </remarks>
public sealed class MethodNames : IDisposable
{
    private readonly List<PEReader> _files = [];
    private readonly Dictionary<string, (MetadataReader Reader, TypeDefinitionHandle Type)> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<(MetadataReader, TypeDefinitionHandle), FrozenSet<string>> _methods = [];

    /// <summary>Reads the names of the types in assemblies.</summary>
    /// <exception cref="BuildException">AZ5004: a file is missing or is not a managed assembly.</exception>
    public MethodNames(IEnumerable<string> assemblies)
    {
        foreach (string path in assemblies)
        {
            try
            {
                var file = new PEReader(File.OpenRead(path), PEStreamOptions.PrefetchMetadata);
                _files.Add(file);
                AddTypes(file.GetMetadataReader());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadImageFormatException or InvalidOperationException)
            {
                Dispose();
                throw new BuildException("AZ5004", $"cannot read the assembly {path}: {e.Message}");
            }
        }
    }

    /// <summary>The C# name of a function that several symbols may name: "Namespace.Type.Method".</summary>
    public string Of(IReadOnlyList<string> symbols)
    {
        (string type, string method) = Split(symbols);
        return type.Length > 0 ? $"{type}.{method}" : method;
    }

    /// <summary>The C# name of a symbol, or the symbol.</summary>
    public string Of(string symbol) => Of([symbol]);

    /// <summary>Type ("Namespace.Type") and method of a function; for assembler methods no type, and the symbol.</summary>
    internal (string Type, string Method) Split(IReadOnlyList<string> symbols)
    {
        foreach (string symbol in symbols)
        {
            if (Find(symbol) is (string, string) found)
                return found;
        }

        return ("", symbols.Count > 0 ? symbols[0] : "?");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PEReader file in _files)
            file.Dispose();
    }

    private (string Type, string Method)? Find(string symbol)
    {
        // The last "__" that follows a type's name separates type and method: methods may hold "__" themselves.
        for (int at = symbol.IndexOf("__", StringComparison.Ordinal); at > 0; at = symbol.IndexOf("__", at + 1, StringComparison.Ordinal))
        {
            string type = symbol[..at];
            int arguments = type.IndexOf('<');
            if (arguments > 0)
                type = type[..arguments];
            if (_types.TryGetValue(type, out var found))
                return (TypeName(found.Reader, found.Type), MethodName(found, symbol[(at + 2)..]));
        }

        return null;
    }

    private void AddTypes(MetadataReader reader)
    {
        string assembly = Mangle(reader.GetString(reader.GetAssemblyDefinition().Name))
            .Replace("System_Private_", "S_P_", StringComparison.Ordinal);
        foreach (TypeDefinitionHandle handle in reader.TypeDefinitions)
            _types.TryAdd($"{assembly}_{Mangle(MetadataName(reader, handle))}", (reader, handle));
    }

    private static string MetadataName(MetadataReader reader, TypeDefinitionHandle handle)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        string name = reader.GetString(type.Name);
        TypeDefinitionHandle outer = type.GetDeclaringType();
        if (!outer.IsNil)
            return $"{MetadataName(reader, outer)}.{name}";
        string space = reader.GetString(type.Namespace);
        return space.Length > 0 ? $"{space}.{name}" : name;
    }

    /// <summary>The type's name as C# writes it, without the number of type parameters.</summary>
    private static string TypeName(MetadataReader reader, TypeDefinitionHandle handle)
        => string.Join('.', MetadataName(reader, handle).Split('.').Select(part => part.Split('`')[0]));

    private string MethodName((MetadataReader Reader, TypeDefinitionHandle Type) type, string mangled)
    {
        if (!_methods.TryGetValue(type, out FrozenSet<string>? methods))
        {
            methods = type.Reader.GetTypeDefinition(type.Type).GetMethods()
                .Select(m => type.Reader.GetString(type.Reader.GetMethodDefinition(m).Name)).ToFrozenSet(StringComparer.Ordinal);
            _methods.Add(type, methods);
        }

        int arguments = mangled.IndexOf('<');
        string name = arguments > 0 ? mangled[..arguments] : mangled;

        // Overloads are told apart by a number: "Write_0".
        string withoutNumber = name.TrimEnd("0123456789".ToCharArray()).TrimEnd('_');
        string? found = methods.FirstOrDefault(m => Mangle(m) == name) ?? methods.FirstOrDefault(m => Mangle(m) == withoutNumber);
        return found is null ? name : Readable(found);
    }

    /// <summary>Local functions and lambdas have names such as &lt;Start&gt;g__Wait|3_0: shown as Start.Wait.</summary>
    private static string Readable(string method)
    {
        int close = method.IndexOf('>');
        if (!method.StartsWith('<') || close < 0)
            return method;
        int inner = method.IndexOf("g__", close, StringComparison.Ordinal);
        string outer = method[1..close];
        return inner == close + 1 ? $"{outer}.{method[(inner + 3)..].Split('|')[0]}" : $"{outer}.lambda";
    }

    private static string Mangle(string name)
    {
        var mangled = new StringBuilder(name.Length + 1);
        foreach (char c in name)
        {
            if (mangled.Length == 0 && char.IsAsciiDigit(c))
                mangled.Append('_');
            mangled.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        return mangled.ToString();
    }
}
