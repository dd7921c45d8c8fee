using System.Text;
using AzaleaOS.Abi;

namespace AzaleaOS.Build.Launching;

/// <summary>
/// The kernel's command line: words separated by spaces. A word with a space or tab, or an empty one, stands in double quotes;
/// a quote and a backslash have a backslash before them, inside quotes and outside. GRUB writes it the same way.
/// </summary>
public static class KernelCommandLine
{
    /// <summary>What ends the options and begins the program's argv.</summary>
    public const string ProgramSeparator = "--";

    /// <summary>One line from the words.</summary>
    public static string Join(IEnumerable<string> words)
    {
        var line = new StringBuilder();
        foreach (string word in words)
        {
            if (line.Length > 0)
                line.Append(' ');
            Append(line, word);
        }

        string text = line.ToString();
        if (Encoding.UTF8.GetByteCount(text) >= CommandLineBuffer.Capacity)
            throw LaunchException.Usage("AZ7013", $"the kernel's command line has {Encoding.UTF8.GetByteCount(text)} bytes, and at most {CommandLineBuffer.Capacity - 1} are possible", "put long arguments in a file");
        return text;
    }

    /// <summary>The words of a line: the inverse of <see cref="Join"/>.</summary>
    public static IReadOnlyList<string> Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool quoted = false;
        bool any = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '\\' && i + 1 < line.Length)
            {
                word.Append(line[++i]);
                any = true;
            }
            else if (c == '"')
            {
                quoted = !quoted;
                any = true;
            }
            else if (c == ' ' && !quoted)
            {
                if (any)
                    words.Add(word.ToString());
                word.Clear();
                any = false;
            }
            else
            {
                word.Append(c);
                any = true;
            }
        }

        if (any)
            words.Add(word.ToString());
        return words;
    }

    private static void Append(StringBuilder line, string word)
    {
        if (word.Contains('\0'))
            throw LaunchException.Usage("AZ7010", "a word of the kernel command line cannot hold a zero byte");
        bool quoted = word.Length == 0 || word.AsSpan().ContainsAny(' ', '\t');
        if (quoted)
            line.Append('"');
        foreach (char c in word)
        {
            if (c is '"' or '\\')
                line.Append('\\');
            line.Append(c);
        }

        if (quoted)
            line.Append('"');
    }
}
