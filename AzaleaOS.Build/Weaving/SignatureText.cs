using Mono.Cecil;

namespace AzaleaOS.Build.Weaving;

/// <summary>Types and methods as C# writes them, for messages.</summary>
internal static class SignatureText
{
    private static readonly Dictionary<string, string> s_keywords = new()
    {
        ["System.Void"] = "void",
        ["System.Boolean"] = "bool",
        ["System.Byte"] = "byte",
        ["System.SByte"] = "sbyte",
        ["System.Char"] = "char",
        ["System.Int16"] = "short",
        ["System.UInt16"] = "ushort",
        ["System.Int32"] = "int",
        ["System.UInt32"] = "uint",
        ["System.Int64"] = "long",
        ["System.UInt64"] = "ulong",
        ["System.IntPtr"] = "nint",
        ["System.UIntPtr"] = "nuint",
        ["System.Single"] = "float",
        ["System.Double"] = "double",
        ["System.Decimal"] = "decimal",
        ["System.String"] = "string",
        ["System.Object"] = "object",
    };

    /// <summary>A type: "ref int", "List&lt;T&gt;", "byte*".</summary>
    internal static string Of(TypeReference type) => type switch
    {
        ByReferenceType reference => "ref " + Of(reference.ElementType),
        PointerType pointer => Of(pointer.ElementType) + "*",
        ArrayType array => Of(array.ElementType) + "[" + new string(',', array.Rank - 1) + "]",
        IModifierType modified => Of(modified.ElementType),
        GenericInstanceType instance => Arguments(Of(instance.ElementType), instance.GenericArguments),
        FunctionPointerType function => "delegate*<"
            + string.Concat(function.Parameters.Select(parameter => Of(parameter.ParameterType) + ", "))
            + Of(function.ReturnType) + ">",
        GenericParameter parameter => parameter.Name,
        _ => s_keywords.TryGetValue(type.FullName, out string? keyword) ? keyword
            : (type.DeclaringType is null ? (type.Namespace.Length > 0 ? type.Namespace + "." : "") : Of(type.DeclaringType) + ".")
                + type.Name.Split('`')[0],
    };

    /// <summary>A parameter's type with ref, out or in.</summary>
    internal static string Of(ParameterDefinition parameter) => ParameterPassing.Of(parameter) switch
    {
        Passing.Out => "out " + Of(Element(parameter.ParameterType)),
        Passing.In => "in " + Of(Element(parameter.ParameterType)),
        _ => Of(parameter.ParameterType),
    };

    /// <summary>A method with its class: "Some.Class.Method(int, ref byte)".</summary>
    internal static string Of(MethodReference method)
        => $"{Of(method.DeclaringType)}.{method.Name}{GenericParameters(method)}({string.Join(", ", method.Parameters.Select(Of))})";

    /// <summary>The declaration of a plug method that would fit the target.</summary>
    internal static string ExpectedPlug(MethodDefinition target, string plugName)
    {
        IEnumerable<string> parameters = target.Parameters.Select(parameter => $"{Of(parameter)} {parameter.Name}");
        if (target.HasThis)
            parameters = parameters.Prepend($"{(target.DeclaringType.IsValueType ? "ref " : "")}{Open(target.DeclaringType)} aThis");
        string generics = string.Join(", ",
            target.DeclaringType.GenericParameters.Concat(target.GenericParameters).Select(parameter => parameter.Name));
        return $"public static {Of(target.ReturnType)} {plugName}{(generics.Length > 0 ? $"<{generics}>" : "")}({string.Join(", ", parameters)})";
    }

    private static string Open(TypeDefinition type)
        => type.HasGenericParameters ? Arguments(Of(type), type.GenericParameters) : Of(type);

    private static string Arguments(string name, IEnumerable<TypeReference> arguments)
        => $"{name}<{string.Join(", ", arguments.Select(Of))}>";

    private static string GenericParameters(MethodReference method)
        => method.HasGenericParameters ? Arguments("", method.GenericParameters) : "";

    private static TypeReference Element(TypeReference type) => type switch
    {
        IModifierType modified => Element(modified.ElementType),
        ByReferenceType reference => reference.ElementType,
        _ => type,
    };
}
