using Mono.Cecil;

namespace AzaleaOS.Build.Weaving;

/// <summary>How a parameter is passed.</summary>
internal enum Passing
{
    Value,
    Ref,
    Out,
    In,
}

/// <summary>Reads <see cref="Passing"/> from metadata, where ref, out and in differ only in flags.</summary>
internal static class ParameterPassing
{
    internal static Passing Of(ParameterDefinition parameter)
    {
        TypeReference type = parameter.ParameterType;
        while (type is IModifierType modified)
            type = modified.ElementType;
        return !type.IsByReference ? Passing.Value
            : parameter.IsOut ? Passing.Out
            : parameter.IsIn || IsReadOnly(parameter) ? Passing.In
            : Passing.Ref;
    }

    private static bool IsReadOnly(ParameterDefinition parameter)
        => parameter.HasCustomAttributes && parameter.CustomAttributes.Any(attribute => attribute.AttributeType.FullName
            is "System.Runtime.CompilerServices.IsReadOnlyAttribute"
            or "System.Runtime.CompilerServices.RequiresLocationAttribute");
}
