using System.Globalization;

namespace AzaleaOS.Build.StackTraces;

/// <summary>A line of a stack trace of NativeAOT: <c>   at Namespace.Type.Method(Parameters) + 0x1f</c>.</summary>
/// <param name="Text">All before the offset.</param>
/// <param name="Method">Namespace, type and method, as the trace spells them.</param>
/// <param name="Offset">Bytes from the method's beginning.</param>
internal sealed record TraceLine(string Text, string Method, ulong Offset)
{
    private const string Begin = "   at ";
    private const string BeforeOffset = " + 0x";

    /// <summary>Takes a line apart; null if it is another.</summary>
    internal static TraceLine? Parse(string line)
    {
        int offset = line.LastIndexOf(BeforeOffset, StringComparison.Ordinal);
        int parameters = line.IndexOf('(');
        bool isFrame = line.StartsWith(Begin, StringComparison.Ordinal) && parameters > Begin.Length && offset > parameters;
        return isFrame && ulong.TryParse(line.AsSpan(offset + BeforeOffset.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bytes)
            ? new TraceLine(line[..offset], WithoutArguments(line[Begin.Length..parameters]), bytes)
            : null;
    }

    // Method[T1,T2]: the arguments of a generic method.
    private static string WithoutArguments(string method)
    {
        int bracket = method.IndexOf('[');
        return bracket > 0 ? method[..bracket] : method;
    }
}
