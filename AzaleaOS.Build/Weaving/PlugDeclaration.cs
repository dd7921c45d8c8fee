using Mono.Cecil;

namespace AzaleaOS.Build.Weaving;

/// <summary>A class with <c>[Plug]</c>, as it is written, before its target is looked for.</summary>
internal sealed record PlugClass
{
    internal required TypeDefinition Type { get; init; }

    /// <summary>Full name of the target type, nested types after '/'; "*" for every type of the assembly.</summary>
    internal required string TargetType { get; init; }

    /// <summary>Simple name of the assembly that the plug names, or null: any target.</summary>
    internal required string? TargetAssembly { get; init; }

    internal bool IsOptional { get; init; }

    internal bool Inheritable { get; init; }

    internal List<PlugMember> Members { get; } = [];

    internal bool IsAnyType => TargetType == "*";

    internal string TargetText => TargetAssembly is null
        ? TargetType.Replace('/', '+')
        : $"{TargetType.Replace('/', '+')}, {TargetAssembly}";
}

/// <summary>One method of a plug class that replaces others.</summary>
internal sealed record PlugMember
{
    internal required MethodDefinition Method { get; init; }

    /// <summary>The name in metadata: ".ctor" for Ctor, "get_X" for a property. With '*' for a wildcard.</summary>
    internal required string TargetName { get; init; }

    internal bool IsOptional { get; init; }

    internal bool IsWildcard { get; init; }

    /// <summary>The parameters that are matched with the target's, <c>aThis</c> included.</summary>
    internal IReadOnlyList<ParameterDefinition> Matched { get; init; } = [];

    /// <summary>The plug says that it never returns.</summary>
    internal bool DoesNotReturn => Method.CustomAttributes.Any(attribute
        => attribute.AttributeType.FullName == "System.Diagnostics.CodeAnalysis.DoesNotReturnAttribute");

    /// <summary>The first parameter is called aThis: the target is an instance method.</summary>
    internal bool SaysInstance => Matched.Count > 0
        && Matched[0].Name.Equals("aThis", StringComparison.OrdinalIgnoreCase);

    internal SourceLocation Location => SourceLocation.Of(Method);
}
