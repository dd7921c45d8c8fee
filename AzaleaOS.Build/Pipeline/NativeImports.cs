using Mono.Cecil;

namespace AzaleaOS.Build.Pipeline;

/// <summary>Finds the native functions that a program would load at run time, where there is no dynamic linker.</summary>
internal static class NativeImports
{
    /// <summary>One function.</summary>
    /// <param name="Assembly">The file of the assembly that declares it.</param>
    /// <param name="Method">Its name in C#.</param>
    /// <param name="Library">The library's name, as it is written there.</param>
    internal sealed record Import(string Assembly, string Method, string Library);

    /// <summary>The first function of each library that is not linked statically, in the order of the assemblies.</summary>
    /// <param name="assemblies">Managed assemblies; files that are none are passed over.</param>
    /// <param name="linked">Libraries that are linked, by the name that DirectPInvoke has; "library!function" counts for its library.</param>
    internal static IReadOnlyList<Import> Find(IEnumerable<string> assemblies, IEnumerable<string> linked)
    {
        HashSet<string> known = [.. linked.Select(name => Stem(name.Split('!')[0]))];
        List<Import> found = [];
        foreach (string assembly in assemblies)
        {
            foreach (MethodDefinition method in MethodsOf(assembly))
            {
                if (method.PInvokeInfo?.Module.Name is { } library && known.Add(Stem(library)))
                    found.Add(new Import(assembly, $"{method.DeclaringType.FullName}.{method.Name}", library));
            }
        }

        return found;
    }

    private static List<MethodDefinition> MethodsOf(string assembly)
    {
        try
        {
            using ModuleDefinition module = ModuleDefinition.ReadModule(assembly);
            return [.. module.GetTypes().SelectMany(type => type.Methods).Where(method => method.IsPInvokeImpl)];
        }
        catch (BadImageFormatException)
        {
            // A native library that a package brings along.
            return [];
        }
    }

    // The runtime looks for "z", "libz" and "libz.so" alike.
    private static string Stem(string library)
    {
        string name = library.StartsWith("lib", StringComparison.Ordinal) ? library[3..] : library;
        int ending = name.IndexOf(".so", StringComparison.Ordinal);
        return ending > 0 ? name[..ending] : name;
    }
}
