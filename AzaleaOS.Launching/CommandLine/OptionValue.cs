using System.CommandLine.Parsing;

namespace AzaleaOS.Build.CommandLine;

/// <summary>Reads the value of an option, or says in one line what to give.</summary>
internal static class OptionValue
{
    /// <summary>Tries to read a value.</summary>
    internal delegate bool Parser<T>(string text, out T value);

    /// <summary>The value, or an error of the command line and nothing.</summary>
    /// <param name="result">What the command line gives.</param>
    /// <param name="parse">Reads it.</param>
    /// <param name="expected">What to give instead, such as "a TCP port".</param>
    internal static T? Parse<T>(ArgumentResult result, Parser<T> parse, string expected)
    {
        string text = result.Tokens[^1].Value;
        if (parse(text, out T value))
            return value;
        string option = result.Parent is OptionResult parent ? parent.Option.Name : "";
        result.AddError($"{option} {text}: give {expected}");
        return default;
    }
}
