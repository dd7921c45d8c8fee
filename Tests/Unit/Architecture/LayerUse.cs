using Mono.Cecil;
using Mono.Cecil.Cil;

namespace AzaleaOS.Tests.Unit.Architecture;

/// <summary>Which types a type uses, and which of these uses go up in the kernel's list of layers.</summary>
/// <remarks>
/// A pointer to a type of a higher layer may be stored and passed on: it is an opaque handle, as the
/// running thread is for the core block. To touch what it points to is a use.
/// </remarks>
internal static class LayerUse
{
    /// <summary>The kernel's folders, lowest first. "" is Kernel.cs.</summary>
    private static readonly string[] s_layers =
        ["Abi", "Diagnostics", "Cpu", "Memory", "Threads", "Signals", "Offload", "Files", "Syscalls", "Loader", "Boot", ""];

    /// <summary>One line for each use of a higher layer.</summary>
    internal static IReadOnlyList<string> Violations(ModuleDefinition kernel)
    {
        SortedSet<string> violations = new(StringComparer.Ordinal);
        foreach (TypeDefinition type in kernel.GetTypes().Where(type => IsOurs(Outermost(type))))
        {
            string layer = LayerOf(type);
            int rank = Array.IndexOf(s_layers, layer);
            if (rank < 0)
                violations.Add($"{type.FullName}: '{layer}' is no layer");

            foreach (TypeReference used in UsedBy(type).Where(used => IsOurs(used)))
            {
                if (Array.IndexOf(s_layers, LayerOf(used)) > rank)
                    violations.Add($"{type.FullName} uses {used.FullName}");
            }
        }

        return [.. violations];
    }

    /// <summary>The folder of a type: the second word of its namespace, "" for <c>AzaleaOS.Kernel</c>.</summary>
    internal static string LayerOf(TypeReference type)
    {
        string[] parts = Outermost(type).Namespace.Split('.');
        return parts.Length > 1 ? parts[1] : "";
    }

    /// <summary>The types that a type's declarations and code name, outermost ones for nested ones.</summary>
    internal static IEnumerable<TypeReference> UsedBy(TypeDefinition type) => Raw(type).SelectMany(Parts).Select(Outermost);

    private static IEnumerable<TypeReference?> Raw(TypeDefinition type)
    {
        yield return type.BaseType;
        foreach (InterfaceImplementation implementation in type.Interfaces)
            yield return implementation.InterfaceType;
        foreach (TypeReference attribute in Attributes(type))
            yield return attribute;
        foreach (FieldDefinition field in type.Fields)
        {
            yield return field.FieldType;
            foreach (TypeReference attribute in Attributes(field))
                yield return attribute;
        }

        foreach (MethodDefinition method in type.Methods)
        {
            yield return method.ReturnType;
            foreach (TypeReference attribute in Attributes(method))
                yield return attribute;
            foreach (ParameterDefinition parameter in method.Parameters)
                yield return parameter.ParameterType;
            if (!method.HasBody)
                continue;

            foreach (VariableDefinition local in method.Body.Variables)
                yield return local.VariableType;
            foreach (Instruction instruction in method.Body.Instructions)
            {
                switch (instruction.Operand)
                {
                    case TypeReference operand:
                        // sizeof and ldobj name the type itself, not a pointer to it: a use.
                        yield return operand;
                        break;
                    case FieldReference operand:
                        yield return operand.DeclaringType;
                        break;
                    case MethodReference operand:
                        yield return operand.DeclaringType;
                        if (operand is GenericInstanceMethod generic)
                        {
                            foreach (TypeReference argument in generic.GenericArguments)
                                yield return argument;
                        }

                        break;
                }
            }
        }
    }

    private static IEnumerable<TypeReference> Attributes(ICustomAttributeProvider provider) =>
        provider.CustomAttributes.Select(attribute => attribute.AttributeType);

    /// <summary>A type and its generic arguments; nothing for a pointer.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or PointerType or FunctionPointerType or GenericParameter => [],
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Prepend(generic.ElementType),
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    private static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is not null)
            type = type.DeclaringType;

        return type;
    }

    private static bool IsOurs(TypeReference type) =>
        type.Namespace == "AzaleaOS" || type.Namespace.StartsWith("AzaleaOS.", StringComparison.Ordinal);
}
