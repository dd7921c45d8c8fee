using System.IO.Enumeration;
using AzaleaOS.Build.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace AzaleaOS.Build.Weaving;

/// <summary>Finds the methods that plugs replace. Whatever does not match is an error.</summary>
/// <param name="assemblies">Where types are looked for.</param>
/// <param name="targets">The assemblies that are woven.</param>
/// <param name="stale">Those of them that are written anew; the others were matched when they were written.</param>
/// <param name="errors">Receives what does not match.</param>
internal sealed class PlugMatcher(
    AssemblySet assemblies,
    IReadOnlyList<AssemblyDefinition> targets,
    IReadOnlySet<AssemblyDefinition> stale,
    List<BuildDiagnostic> errors)
{
    private readonly Dictionary<MethodDefinition, Replacement> _replacements = [];

    /// <summary>The replacements found so far, in the order in which they were found.</summary>
    internal IEnumerable<Replacement> Replacements => _replacements.Values;

    /// <summary>Matches all members of a plug class.</summary>
    internal void Match(PlugClass plug)
    {
        if (plug.IsAnyType)
        {
            MatchAnyType(plug);
            return;
        }
        if (FindTarget(plug) is not { } type || !(stale.Contains(type.Module.Assembly) || plug.Inheritable))
            return;
        List<TypeDefinition> types = [type];
        if (plug.Inheritable)
            types.AddRange(Descendants(type));
        foreach (PlugMember member in plug.Members)
            MatchMember(plug, member, types);
    }

    private TypeDefinition? FindTarget(PlugClass plug)
    {
        TypeDefinition? type = plug.TargetAssembly is { } assembly
            ? assemblies.FindType(assembly, plug.TargetType)
            : targets.Select(target => target.MainModule.GetType(plug.TargetType)).FirstOrDefault(found => found is not null);
        if (type is not null && targets.Contains(type.Module.Assembly))
            return type;
        if (type is not null)
        {
            Error(WeaverCodes.NotWoven, SourceLocation.Of(plug.Type),
                $"{SignatureText.Of(plug.Type)}: {SignatureText.Of(type)} is in {type.Module.Assembly.Name.Name}, which is not woven; "
                + $"woven are {string.Join(", ", targets.Select(target => target.Name.Name))}");
        }
        else if (!plug.IsOptional)
        {
            string simpleName = plug.TargetType.Split('.', '/')[^1];
            List<string> nearest = NearestNames.Of(simpleName, Types().Select(candidate => candidate.Name));
            string[] meant = [.. Types().Where(candidate => nearest.Contains(candidate.Name))
                .OrderBy(candidate => nearest.IndexOf(candidate.Name))
                .Take(3)
                .Select(candidate => $"{candidate.FullName.Replace('/', '+')}, {candidate.Module.Assembly.Name.Name}")];
            Error(WeaverCodes.TypeNotFound, SourceLocation.Of(plug.Type),
                $"{SignatureText.Of(plug.Type)}: there is no type \"{plug.TargetText}\"" + DidYouMean(meant));
        }
        return null;
    }

    private IEnumerable<TypeDefinition> Types() => targets.SelectMany(target => target.MainModule.GetTypes());

    private IEnumerable<TypeDefinition> Descendants(TypeDefinition type)
        => Types().Where(candidate =>
        {
            for (TypeDefinition? up = candidate.BaseType?.Resolve(); up is not null; up = up.BaseType?.Resolve())
            {
                if (up == type)
                    return true;
            }
            return false;
        });

    private void MatchMember(PlugClass plug, PlugMember member, List<TypeDefinition> types)
    {
        if (member.IsWildcard)
        {
            MatchWildcard(plug, member, types, Precision.Wildcard);
            return;
        }
        TypeDefinition type = types[0];
        bool found = false;
        foreach (TypeDefinition candidate in types)
        {
            MethodDefinition[] fitting = [.. candidate.Methods.Where(method
                => method.Name == member.TargetName && SignatureComparer.Fits(member, method, type))];
            // F(X) of X and instance F() of X look the same to a plug; the name of its first parameter decides.
            if (fitting.Length > 1)
                fitting = [.. fitting.Where(method => method.HasThis == member.SaysInstance)];
            if (fitting is not [MethodDefinition target, ..])
                continue;
            found = true;
            Add(member, target, candidate == type ? Precision.Exact : Precision.Inherited);
        }
        if (!found)
            ReportMismatch(plug, member, type);
    }

    private void ReportMismatch(PlugClass plug, PlugMember member, TypeDefinition type)
    {
        MethodDefinition[] named = [.. type.Methods.Where(method => method.Name == member.TargetName)];
        string plugText = SignatureText.Of(member.Method);
        if (named.Length > 0)
        {
            IEnumerable<string> expected = named
                .OrderBy(method => Math.Abs(method.Parameters.Count + (method.HasThis ? 1 : 0) - member.Matched.Count))
                .Take(3)
                .Select(method => $"\"{SignatureText.ExpectedPlug(method, member.Method.Name)}\"");
            Error(WeaverCodes.WrongSignature, member.Location,
                $"\"public static {SignatureText.Of(member.Method.ReturnType)} {plugText}\" does not fit {SignatureText.Of(type)}.{member.TargetName}; "
                + $"expected {string.Join(" or ", expected)}");
        }
        else if (!member.IsOptional)
        {
            Error(WeaverCodes.MemberNotFound, member.Location,
                $"{plugText}: {SignatureText.Of(type)} has no {Describe(member.TargetName)}"
                + DidYouMean(NearestNames.Of(member.TargetName, type.Methods.Select(method => method.Name)))
                + (PlugAttributes.Find(member.Method, "PlugMethod") is null && PlugAttributes.Find(member.Method, "PlugMember") is null
                    ? $"; if it is a helper of {plug.Type.Name}, make it private" : ""));
        }
    }

    private void MatchAnyType(PlugClass plug)
    {
        TypeDefinition[] types = [.. targets
            .Where(target => plug.TargetAssembly is null || target.Name.Name == plug.TargetAssembly)
            .Where(stale.Contains)
            .SelectMany(target => target.MainModule.GetTypes())];
        foreach (PlugMember member in plug.Members)
        {
            if (types.Length == 0)
                break;
            if (member.IsWildcard)
            {
                MatchWildcard(plug, member, types, Precision.AnyType);
                continue;
            }
            Error(WeaverCodes.WrongSignature, member.Location,
                $"{SignatureText.Of(member.Method)}: a plug for any type (\"*\") must say [PlugMethod(IsWildcard = true)]");
        }
    }

    private void MatchWildcard(PlugClass plug, PlugMember member, IReadOnlyList<TypeDefinition> types, Precision precision)
    {
        bool doesNotReturn = member.DoesNotReturn;
        bool takesThis = member.Matched.Count > 0;
        if (member.Matched.Count > (precision == Precision.AnyType ? 0 : 1)
            || (takesThis && !SignatureComparer.IsThis(member.Matched[0], types[0]))
            || member.Method.HasGenericParameters || member.Method.DeclaringType.HasGenericParameters)
        {
            Error(WeaverCodes.WrongSignature, member.Location,
                $"{SignatureText.Of(member.Method)}: a wildcard plug is not generic and takes no parameters"
                + (precision == Precision.AnyType ? "" : $" but aThis, of type {SignatureText.Of(types[0])}"));
            return;
        }

        bool found = false;
        foreach (TypeDefinition type in types)
        {
            foreach (MethodDefinition method in type.Methods)
            {
                if (!FileSystemName.MatchesSimpleExpression(member.TargetName, method.Name, ignoreCase: false)
                    || (takesThis && !method.HasThis)
                    // A plug that never returns must not take the place of a method that may: ThrowIfNull.
                    || (doesNotReturn ? !CannotReturn(method) : method.IsAbstract))
                {
                    continue;
                }
                found = true;
                if (!doesNotReturn && !SignatureComparer.Same(member.Method.ReturnType, method.ReturnType))
                {
                    Error(WeaverCodes.WrongSignature, member.Location,
                        $"{SignatureText.Of(member.Method)} returns {SignatureText.Of(member.Method.ReturnType)}; "
                        + $"{SignatureText.Of(method)}, which it matches, returns {SignatureText.Of(method.ReturnType)}");
                    continue;
                }
                Add(member, method, types.Count > 1 && precision == Precision.Wildcard && type != types[0] ? Precision.Inherited : precision);
            }
        }
        if (!found && !member.IsOptional)
        {
            Error(WeaverCodes.MemberNotFound, member.Location,
                $"{SignatureText.Of(member.Method)}: {plug.TargetText} has no method that matches \"{member.TargetName}\""
                + (doesNotReturn ? " and never returns, as the plug" : ""));
        }
    }

    private static bool CannotReturn(MethodDefinition method)
        => method.HasBody && !method.Body.Instructions.Any(instruction => instruction.OpCode == OpCodes.Ret);

    private void Add(PlugMember member, MethodDefinition target, Precision precision)
    {
        if (target.IsAbstract)
        {
            Error(WeaverCodes.NoBody, member.Location,
                $"{SignatureText.Of(member.Method)}: {SignatureText.Of(target)} is abstract; plug the classes that implement it");
            return;
        }
        if (BindFields(member, target) is not { } fields || !ConstraintsHold(member, target))
            return;

        var replacement = new Replacement(target, member, precision, fields);
        if (!_replacements.TryGetValue(target, out Replacement? other) || precision < other.Precision)
        {
            _replacements[target] = replacement;
        }
        else if (precision == other.Precision)
        {
            SourceLocation first = other.Plug.Location;
            Error(WeaverCodes.Duplicate, member.Location,
                $"{SignatureText.Of(member.Method)}: {SignatureText.Of(target)} is already replaced by "
                + $"{SignatureText.Of(other.Plug.Method)} at {first.File}({first.Line})");
        }
    }

    private Dictionary<ParameterDefinition, FieldDefinition>? BindFields(PlugMember member, MethodDefinition target)
    {
        var fields = new Dictionary<ParameterDefinition, FieldDefinition>();
        foreach (ParameterDefinition parameter in member.Method.Parameters)
        {
            if (PlugAttributes.Find(parameter, "FieldAccess") is { } attribute)
            {
                string name = PlugAttributes.Values(attribute).Values.OfType<string>().FirstOrDefault() ?? parameter.Name;
                if (BindField(member, target, parameter, name) is not { } field)
                    return null;
                fields.Add(parameter, field);
            }
            else if (PlugAttributes.Find(parameter, "TargetMember") is not null
                && parameter.ParameterType.FullName != "System.ReadOnlySpan`1<System.Byte>")
            {
                Error(WeaverCodes.WrongSignature, member.Location,
                    $"{SignatureText.Of(member.Method)}: [TargetMember] {parameter.Name} must be a ReadOnlySpan<byte>");
                return null;
            }
        }
        return fields;
    }

    private FieldDefinition? BindField(PlugMember member, MethodDefinition target, ParameterDefinition parameter, string name)
    {
        // gen2 writes "System.Int32 System.Text.StringBuilder.m_ChunkLength".
        string simpleName = name.Split(' ')[^1].Split('.')[^1];
        string where = $"{SignatureText.Of(member.Method)}: [FieldAccess] {parameter.Name}";
        TypeDefinition type = target.DeclaringType;
        for (TypeDefinition? declaring = type; declaring is not null; declaring = declaring.BaseType?.Resolve())
        {
            FieldDefinition? field = declaring.Fields.FirstOrDefault(candidate => candidate.Name == simpleName);
            if (field is null)
                continue;
            string? problem =
                !field.IsStatic && !target.HasThis ? $"{SignatureText.Of(target)} is static, the field \"{simpleName}\" is not"
                : field.IsLiteral ? $"\"{simpleName}\" is a constant"
                : declaring.Module != type.Module ? $"\"{simpleName}\" is a field of {SignatureText.Of(declaring)} in another assembly"
                : parameter.ParameterType is not ByReferenceType reference || !SignatureComparer.Same(reference.ElementType, field.FieldType)
                    ? $"\"{simpleName}\" is a {SignatureText.Of(field.FieldType)}: expected \"ref {SignatureText.Of(field.FieldType)} {parameter.Name}\""
                : null;
            if (problem is null)
                return field;
            Error(WeaverCodes.FieldAccess, member.Location, $"{where}: {problem}");
            return null;
        }
        Error(WeaverCodes.FieldAccess, member.Location,
            $"{where}: {SignatureText.Of(type)} has no field \"{simpleName}\""
            + DidYouMean(NearestNames.Of(simpleName, type.Fields.Select(candidate => candidate.Name))));
        return null;
    }

    // The forwarder passes the target's generic parameters on, so the plug may not ask more of them.
    private bool ConstraintsHold(PlugMember member, MethodDefinition target)
    {
        IEnumerable<GenericParameter> ours = member.Method.DeclaringType.GenericParameters.Concat(member.Method.GenericParameters);
        IEnumerable<GenericParameter> theirs = target.DeclaringType.GenericParameters.Concat(target.GenericParameters);
        const GenericParameterAttributes Special = GenericParameterAttributes.SpecialConstraintMask
            & ~GenericParameterAttributes.AllowByRefLikeConstraint;
        foreach ((GenericParameter plug, GenericParameter original) in ours.Zip(theirs))
        {
            HashSet<string> given = [.. original.Constraints.Select(constraint => constraint.ConstraintType.FullName)];
            if ((plug.Attributes & ~original.Attributes & Special) == 0
                && plug.Constraints.All(constraint => given.Contains(constraint.ConstraintType.FullName)))
            {
                continue;
            }
            Error(WeaverCodes.WrongSignature, member.Location,
                $"{SignatureText.Of(member.Method)}: {plug.Name} has a constraint that {original.Name} of {SignatureText.Of(target)} does not have");
            return false;
        }
        return true;
    }

    private static string Describe(string name) => name switch
    {
        ".ctor" => "constructor",
        ".cctor" => "static constructor",
        _ => $"member \"{name}\"",
    };

    private static string DidYouMean(IReadOnlyList<string> candidates)
        => candidates.Count == 0 ? "" : $"; did you mean {string.Join(" or ", candidates.Select(candidate => $"\"{candidate}\""))}?";

    private void Error(string code, SourceLocation at, string message)
        => errors.Add(new BuildDiagnostic(code, message, at.File, at.Line));
}
