using AzaleaOS.Build.Diagnostics;
using Mono.Cecil;

namespace AzaleaOS.Build.Weaving;

/// <summary>Reads the plug classes of an assembly, in either Cosmos spelling.</summary>
/// <remarks>
/// A class with a <c>[PlugMember]</c> is read as gen3 does: only marked members are plugs. In any other
/// class every public static method is one, as in gen2, and the rest are its private helpers.
/// </remarks>
internal sealed class PlugReader(List<BuildDiagnostic> errors)
{
    /// <summary>All plug classes of the assembly, in the order of its metadata.</summary>
    internal IEnumerable<PlugClass> Read(AssemblyDefinition assembly)
    {
        foreach (TypeDefinition type in assembly.MainModule.GetTypes())
        {
            if (PlugAttributes.Find(type, "Plug") is { } attribute && ReadClass(type, attribute) is { } plug)
                yield return plug;
        }
    }

    private PlugClass? ReadClass(TypeDefinition type, CustomAttribute attribute)
    {
        Dictionary<string, object?> values = PlugAttributes.Values(attribute);
        TypeReference? target = values.Values.OfType<TypeReference>().FirstOrDefault();
        string? targetName = values.Values.OfType<string>().FirstOrDefault();
        if ((target is null) == (targetName is null))
        {
            Error(WeaverCodes.TypeNotFound, SourceLocation.Of(type),
                $"{SignatureText.Of(type)}: [Plug] must name one target, by type or by \"Full.Name, Assembly\"");
            return null;
        }
        if (target is GenericInstanceType)
        {
            Error(WeaverCodes.Unsupported, SourceLocation.Of(type),
                $"{SignatureText.Of(type)}: a plug replaces the methods of a generic type for all arguments; name the open type, typeof({target.Name.Split('`')[0]}<>)");
            return null;
        }
        if (PlugAttributes.Find(type, "PlugField") is not null)
        {
            Error(WeaverCodes.Unsupported, SourceLocation.Of(type),
                $"{SignatureText.Of(type)}: no [PlugField]: keep the value in a static field of the plug, or in a struct that the plug finds by the object's address");
            return null;
        }
        if (values.Flag("ReplaceBase"))
        {
            Error(WeaverCodes.Unsupported, SourceLocation.Of(type),
                $"{SignatureText.Of(type)}: the base class of a target cannot be replaced");
            return null;
        }

        string[] name = targetName?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        var plug = new PlugClass
        {
            Type = type,
            TargetType = target?.FullName ?? name[0].Replace('+', '/'),
            TargetAssembly = target is null ? name.ElementAtOrDefault(1) : ScopeName(target),
            IsOptional = values.Flag("IsOptional"),
            Inheritable = values.Flag("Inheritable"),
        };
        ReadMembers(plug);
        return plug;
    }

    private static string ScopeName(TypeReference type) => type.Scope switch
    {
        AssemblyNameReference assembly => assembly.Name,
        ModuleDefinition module => module.Assembly.Name.Name,
        _ => type.Module.Assembly.Name.Name,
    };

    private void ReadMembers(PlugClass plug)
    {
        TypeDefinition type = plug.Type;
        foreach (FieldDefinition field in type.Fields)
        {
            if (PlugAttributes.Find(field, "PlugMember") is not null)
            {
                Error(WeaverCodes.Unsupported, SourceLocation.Of(type),
                    $"{SignatureText.Of(type)}.{field.Name}: a field cannot be replaced; a plug method reaches the target's own with [FieldAccess]");
            }
        }

        var marks = new Dictionary<MethodDefinition, CustomAttribute>();
        foreach (MethodDefinition method in type.Methods)
        {
            if (PlugAttributes.Find(method, "PlugMember") is { } mark)
                marks.Add(method, mark);
        }
        var accessors = new Dictionary<MethodDefinition, CustomAttribute>();
        foreach (PropertyDefinition property in type.Properties)
        {
            if (PlugAttributes.Find(property, "PlugMember") is not { } mark)
                continue;
            foreach (MethodDefinition? accessor in (MethodDefinition?[])[property.GetMethod, property.SetMethod])
            {
                if (accessor is not null)
                    accessors.Add(accessor, mark);
            }
        }

        bool markedOnly = marks.Count + accessors.Count > 0;
        foreach (MethodDefinition method in type.Methods)
        {
            if (method.IsConstructor || method.Name.StartsWith('<') || !RunsHere(method))
                continue;
            CustomAttribute? plugMethod = PlugAttributes.Find(method, "PlugMethod");
            bool isMember = marks.TryGetValue(method, out CustomAttribute? mark);
            bool isAccessor = !isMember && accessors.TryGetValue(method, out mark);
            bool marked = plugMethod is not null || isMember || isAccessor;
            if (!marked && (markedOnly || !method.IsPublic))
                continue;
            if (!method.IsPublic || !method.IsStatic)
            {
                Error(WeaverCodes.Shape, SourceLocation.Of(method),
                    $"{SignatureText.Of(method)}: a plug method must be public and static"
                    + (method.IsStatic ? "" : "; the instance it works on is its first parameter, aThis"));
                continue;
            }
            if (ReadMember(method, plugMethod, mark, isAccessor) is { } member)
                plug.Members.Add(member);
        }
    }

    private PlugMember? ReadMember(MethodDefinition method, CustomAttribute? plugMethod, CustomAttribute? plugMember, bool isAccessor)
    {
        Dictionary<string, object?> values = plugMethod is null ? [] : PlugAttributes.Values(plugMethod);
        if (!values.Flag("Enabled", otherwise: true))
            return null;

        string? unsupported =
            values.ContainsKey("Assembler") ? "Assembler: write the code as an [AssemblerMethod], which gets a symbol, and reach it with [RuntimeImport]"
            : values.Text("Signature") is not null ? "Signature: name and parameters say which method is meant"
            : values.Flag("WildcardMatchParameters") ? "WildcardMatchParameters: leave out IsWildcard"
            : null;
        foreach (ParameterDefinition parameter in method.Parameters)
        {
            unsupported ??= PlugAttributes.Find(parameter, "ObjectPointerAccess") is not null
                ? $"[ObjectPointerAccess] on {parameter.Name}: declare the target's type, or object if it is not visible"
                : PlugAttributes.Find(parameter, "FieldType") is not null
                ? $"[FieldType] on {parameter.Name}: declare object, void* or the enum's integer for a type that is not visible"
                : null;
        }
        if (unsupported is not null)
        {
            Error(WeaverCodes.Unsupported, SourceLocation.Of(method), $"{SignatureText.Of(method)}: no {unsupported}");
            return null;
        }

        string? explicitName = values.Text("TargetName")
            ?? (plugMember is null ? null : PlugAttributes.Values(plugMember).Values.OfType<string>().FirstOrDefault());
        string name = explicitName ?? method.Name;
        if (isAccessor && explicitName is not null && !explicitName.StartsWith("get_", StringComparison.Ordinal)
            && !explicitName.StartsWith("set_", StringComparison.Ordinal))
        {
            name = method.Name[..4] + explicitName;
        }
        name = name.Equals("Ctor", StringComparison.OrdinalIgnoreCase) ? ".ctor"
            : name.Equals("CCtor", StringComparison.OrdinalIgnoreCase) ? ".cctor"
            : name;

        return new PlugMember
        {
            Method = method,
            TargetName = name,
            IsOptional = values.Flag("IsOptional"),
            IsWildcard = values.Flag("IsWildcard"),
            Matched = [.. method.Parameters.Where(parameter
                => PlugAttributes.Find(parameter, "FieldAccess") is null && PlugAttributes.Find(parameter, "TargetMember") is null)],
        };
    }

    // gen3: [PlatformSpecific(PlatformArchitecture.ARM64)] leaves a plug out of an x86-64 image.
    private static bool RunsHere(MethodDefinition method)
    {
        if (PlugAttributes.Find(method, "PlatformSpecific") is not { ConstructorArguments: [{ } platforms, ..] })
            return true;
        FieldDefinition? here = platforms.Type.Resolve()?.Fields.FirstOrDefault(field => field.Name == "X64" && field.HasConstant);
        return here is null
            || (Convert.ToInt64(platforms.Value, null) & Convert.ToInt64(here.Constant, null)) != 0;
    }

    private void Error(string code, SourceLocation at, string message)
        => errors.Add(new BuildDiagnostic(code, message, at.File, at.Line));
}
