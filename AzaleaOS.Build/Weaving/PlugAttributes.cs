using Mono.Cecil;

namespace AzaleaOS.Build.Weaving;

/// <summary>Recognises plug attributes by name: ours, and those of both Cosmos generations.</summary>
internal static class PlugAttributes
{
    private static readonly HashSet<string> s_namespaces =
    [
        "AzaleaOS.Plugs",
        "IL2CPU.API.Attribs",
        "Cosmos.IL2CPU.API.Attribs",
        "Cosmos.Build.API.Attributes",
    ];

    /// <summary>The attribute of that simple name (without "Attribute"), or null.</summary>
    internal static CustomAttribute? Find(ICustomAttributeProvider provider, string simpleName)
        => provider.HasCustomAttributes
            ? provider.CustomAttributes.FirstOrDefault(attribute => Name(attribute) == simpleName)
            : null;

    /// <summary>The simple name of a plug attribute, or null for any other attribute.</summary>
    internal static string? Name(CustomAttribute attribute)
    {
        TypeReference type = attribute.AttributeType;
        if (!s_namespaces.Contains(type.Namespace))
            return null;
        return type.Name.EndsWith("Attribute", StringComparison.Ordinal)
            ? type.Name[..^"Attribute".Length]
            : type.Name;
    }

    /// <summary>All values of the attribute: constructor arguments under their parameters' names, then properties and fields.</summary>
    internal static Dictionary<string, object?> Values(CustomAttribute attribute)
    {
        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        MethodDefinition? constructor = attribute.HasConstructorArguments ? Resolve(attribute.Constructor) : null;
        for (int i = 0; i < attribute.ConstructorArguments.Count; i++)
        {
            string name = constructor?.Parameters[i].Name ?? $"#{i}";
            values[name] = attribute.ConstructorArguments[i].Value;
        }
        foreach (CustomAttributeNamedArgument named in attribute.Properties.Concat(attribute.Fields))
            values[named.Name] = named.Argument.Value;
        return values;
    }

    // The attribute's own assembly may be missing when a Cosmos plug is woven: then its arguments keep their positions.
    private static MethodDefinition? Resolve(MethodReference constructor)
    {
        try
        {
            return constructor.Resolve();
        }
        catch (AssemblyResolutionException)
        {
            return null;
        }
    }

    /// <summary>A boolean of <see cref="Values"/>.</summary>
    internal static bool Flag(this Dictionary<string, object?> values, string name, bool otherwise = false)
        => values.TryGetValue(name, out object? value) && value is bool flag ? flag : otherwise;

    /// <summary>A string of <see cref="Values"/>, or null.</summary>
    internal static string? Text(this Dictionary<string, object?> values, string name)
        => values.TryGetValue(name, out object? value) ? value as string : null;
}
