using Mono.Cecil;
using Mono.Cecil.Cil;

namespace AzaleaOS.Build.Weaving;

/// <summary>Where something stands in the C# source, as its assembly's PDB tells.</summary>
/// <param name="File">The file, or the assembly if there is no PDB.</param>
/// <param name="Line">The line from 1, or 0.</param>
internal readonly record struct SourceLocation(string File, int Line)
{
    /// <summary>The first line of the method's body; for one without a body, the first of its type.</summary>
    internal static SourceLocation Of(MethodDefinition method)
        => First(method) ?? Of(method.DeclaringType);

    /// <summary>The first line of code in the type.</summary>
    internal static SourceLocation Of(TypeDefinition type)
    {
        SourceLocation? first = null;
        foreach (MethodDefinition method in type.Methods)
        {
            if (First(method) is { } location && (first is null || location.Line < first.Value.Line))
                first = location;
        }
        return first ?? new SourceLocation(type.Module.FileName, 0);
    }

    private static SourceLocation? First(MethodDefinition method)
    {
        if (!method.HasBody)
            return null;
        SequencePoint? point = method.DebugInformation.SequencePoints
            .Where(candidate => !candidate.IsHidden)
            .MinBy(candidate => candidate.Offset);
        return point is null ? null : new SourceLocation(point.Document.Url, point.StartLine);
    }
}
