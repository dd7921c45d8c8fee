using Mono.Cecil;

namespace AzaleaOS.Build.Weaving;

/// <summary>A target method and the plug that takes its place.</summary>
/// <param name="Target">The method whose body becomes a forwarder.</param>
/// <param name="Plug">The plug.</param>
/// <param name="Precision">How exactly the plug names the target; the lowest value wins.</param>
/// <param name="Fields">The field that each <c>[FieldAccess]</c> parameter of the plug stands for.</param>
internal sealed record Replacement(
    MethodDefinition Target,
    PlugMember Plug,
    Precision Precision,
    IReadOnlyDictionary<ParameterDefinition, FieldDefinition> Fields);

/// <summary>How exactly a plug names its target.</summary>
internal enum Precision
{
    /// <summary>The type and the signature.</summary>
    Exact,

    /// <summary>The type, and a name for several methods.</summary>
    Wildcard,

    /// <summary>A base of the type.</summary>
    Inherited,

    /// <summary>A name for methods of any type.</summary>
    AnyType,
}
