using Mono.Cecil;

namespace AzaleaOS.Build.Weaving;

/// <summary>Says whether a plug method has the signature of its target.</summary>
/// <remarks>
/// Generic parameters are counted through, those of the class first, so that a plug may take the
/// class's parameters on itself or on its method. A type that the plug cannot name because it is not
/// public may be replaced: a class by object, an enum by its integer; void* stands for any pointer.
/// </remarks>
internal static class SignatureComparer
{
    /// <summary>The plug fits the target in return type, parameters and generic parameters.</summary>
    /// <param name="plug">The plug.</param>
    /// <param name="target">The method to replace.</param>
    /// <param name="thisType">The type of aThis, which for an inherited plug is a base of the target's.</param>
    internal static bool Fits(PlugMember plug, MethodDefinition target, TypeDefinition thisType)
    {
        MethodDefinition method = plug.Method;
        if (GenericCount(method) != GenericCount(target))
            return false;
        if (!Same(method.ReturnType, target.ReturnType))
            return false;

        int first = target.HasThis ? 1 : 0;
        if (plug.Matched.Count != target.Parameters.Count + first)
            return false;
        if (target.HasThis && !IsThis(plug.Matched[0], thisType))
            return false;
        for (int i = 0; i < target.Parameters.Count; i++)
        {
            if (!Same(plug.Matched[i + first], target.Parameters[i]))
                return false;
        }
        return true;
    }

    /// <summary>The parameter can take the instance: the class itself, or a ref to the structure.</summary>
    internal static bool IsThis(ParameterDefinition parameter, TypeDefinition type)
    {
        TypeReference plug = Strip(parameter.ParameterType);
        if (type.IsValueType)
        {
            return plug is ByReferenceType reference
                ? ParameterPassing.Of(parameter) is not Passing.Out && SameOpen(reference.ElementType, type)
                : plug is PointerType { ElementType.FullName: "System.Void" } && !IsVisible(type);
        }
        return SameOpen(plug, type) || (plug.FullName == "System.Object" && !IsVisible(type));
    }

    private static bool Same(ParameterDefinition plug, ParameterDefinition target)
        => ParameterPassing.Of(plug) == ParameterPassing.Of(target) && Same(plug.ParameterType, target.ParameterType);

    // The type with its own parameters as arguments, as aThis is written: List<T> for List<>.
    private static bool SameOpen(TypeReference plug, TypeDefinition type)
    {
        if (!type.HasGenericParameters)
            return plug.FullName == type.FullName;
        return plug is GenericInstanceType instance
            && instance.ElementType.FullName == type.FullName
            && instance.GenericArguments.Select((argument, i) => argument is GenericParameter parameter && Index(parameter) == i).All(same => same);
    }

    /// <summary>Structural equality of two types, each seen from its own method.</summary>
    internal static bool Same(TypeReference plug, TypeReference target)
    {
        plug = Strip(plug);
        target = Strip(target);
        switch (plug, target)
        {
            case (GenericParameter p, GenericParameter t):
                return Index(p) == Index(t);
            case (ByReferenceType p, ByReferenceType t):
                return Same(p.ElementType, t.ElementType);
            case (PointerType p, PointerType t):
                return p.ElementType.FullName == "System.Void" || Same(p.ElementType, t.ElementType);
            case (ArrayType p, ArrayType t):
                return p.Rank == t.Rank && Same(p.ElementType, t.ElementType);
            case (GenericInstanceType p, GenericInstanceType t):
                return p.ElementType.FullName == t.ElementType.FullName
                    && p.GenericArguments.Count == t.GenericArguments.Count
                    && p.GenericArguments.Zip(t.GenericArguments).All(pair => Same(pair.First, pair.Second));
            case (FunctionPointerType p, FunctionPointerType t):
                return p.CallingConvention == t.CallingConvention
                    && Same(p.ReturnType, t.ReturnType)
                    && p.Parameters.Count == t.Parameters.Count
                    && p.Parameters.Zip(t.Parameters).All(pair => Same(pair.First.ParameterType, pair.Second.ParameterType));
            case (PointerType { ElementType.FullName: "System.Void" }, FunctionPointerType):
                return true;
            case (TypeSpecification, _) or (_, TypeSpecification) or (GenericParameter, _) or (_, GenericParameter):
                return StandsFor(plug, target);
            default:
                return plug.FullName == target.FullName || StandsFor(plug, target);
        }
    }

    private static bool StandsFor(TypeReference plug, TypeReference target)
    {
        if (target is GenericParameter || target.GetElementType().Resolve() is not { } type || IsVisible(type))
            return false;
        if (target is ArrayType || !type.IsValueType)
            return plug.FullName == "System.Object";
        return type.IsEnum && plug.FullName == UnderlyingType(type).FullName;
    }

    private static TypeReference UnderlyingType(TypeDefinition type)
        => type.Fields.First(field => !field.IsStatic).FieldType;

    private static bool IsVisible(TypeDefinition type)
        => type.DeclaringType is null ? type.IsPublic : type.IsNestedPublic && IsVisible(type.DeclaringType);

    private static TypeReference Strip(TypeReference type)
    {
        while (type is IModifierType or PinnedType)
            type = ((TypeSpecification)type).ElementType;
        return type;
    }

    /// <summary>The number of generic parameters of a method and of the classes around it.</summary>
    internal static int GenericCount(MethodDefinition method)
        => method.DeclaringType.GenericParameters.Count + method.GenericParameters.Count;

    private static int Index(GenericParameter parameter) => parameter.Owner is MethodReference method
        ? method.DeclaringType.GenericParameters.Count + parameter.Position
        : parameter.Position;
}
