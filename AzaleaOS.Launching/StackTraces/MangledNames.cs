using System.Text;

namespace AzaleaOS.Build.StackTraces;

/// <summary>How ilc spells the names of methods as symbols: <c>Assembly_Namespace_Type__Method</c>.</summary>
/// <remarks>
/// Whatever is no letter, digit or underscore becomes an underscore; overloads get <c>_0</c>, <c>_1</c> behind them; instances
/// of what is generic have their arguments in angle brackets. So one symbol can stand for several names, and a name for several symbols.
/// </remarks>
internal static class MangledNames
{
    /// <summary>A symbol without the arguments of generic types and methods.</summary>
    internal static string WithoutArguments(string symbol)
    {
        if (!symbol.Contains('<'))
            return symbol;
        var text = new StringBuilder(symbol.Length);
        int depth = 0;
        foreach (char c in symbol)
        {
            depth += c == '<' ? 1 : 0;
            if (depth == 0)
                text.Append(c);
            depth -= c == '>' ? 1 : 0;
        }

        return text.ToString();
    }

    /// <summary>What the symbol of a method ends with, after its assembly's name: one spelling for each place where the type's name may end.</summary>
    /// <param name="method">As in a stack trace: <c>Namespace.Type.Method</c>.</param>
    internal static IEnumerable<string> Endings(string method)
    {
        for (int dot = method.LastIndexOf('.'); dot > 0; dot = method.LastIndexOf('.', dot - 1))
            yield return $"{Sanitize(method[..dot])}__{Sanitize(method[(dot + 1)..])}";
    }

    /// <summary>Whether a symbol, its arguments taken away, is of a method with such an ending.</summary>
    internal static bool Matches(string symbol, string ending)
    {
        int end = symbol.Length;
        if (!symbol.EndsWith(ending, StringComparison.Ordinal))
        {
            // Overloads are numbered.
            while (end > 0 && char.IsAsciiDigit(symbol[end - 1]))
                end--;
            if (end == symbol.Length || end == 0 || symbol[end - 1] != '_')
                return false;
            end--;
            if (!symbol.AsSpan(0, end).EndsWith(ending, StringComparison.Ordinal))
                return false;
        }

        int begin = end - ending.Length;
        return begin == 0 || symbol[begin - 1] == '_';
    }

    private static string Sanitize(string name)
    {
        char[] characters = name.ToCharArray();
        for (int i = 0; i < characters.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(characters[i]))
                characters[i] = '_';
        }

        return new string(characters);
    }
}
