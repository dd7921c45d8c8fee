using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Native;

/// <summary>What a command line of <c>azalea cc</c> asks for: gcc's own words, and a few of ours.</summary>
internal sealed record CompilerCall
{
    /// <summary>Options with which gcc does not link.</summary>
    private static readonly string[] s_notLinking = ["-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "-###", "-r", "--version", "--help"];

    private static readonly string[] s_asking = ["-dump", "-print-", "--help=", "--target-help"];

    /// <summary>The words for gcc, without the output of a program.</summary>
    internal required IReadOnlyList<string> Words { get; init; }

    /// <summary>True if the result is a program.</summary>
    internal required bool Links { get; init; }

    /// <summary>The program.</summary>
    internal required string Output { get; init; }

    /// <summary>--iso: an ISO beside the program.</summary>
    internal bool Iso { get; init; }

    /// <summary>--glibc: the host's C library, with system calls promoted.</summary>
    internal bool Glibc { get; init; }

    /// <summary>--no-kernel: the program alone.</summary>
    internal bool WithoutKernel { get; init; }

    /// <summary>Understands a command line.</summary>
    /// <exception cref="LaunchException">AZ7954: it asks for something that is no static program.</exception>
    internal static CompilerCall Parse(IReadOnlyList<string> words)
    {
        var rest = new List<string>();
        string output = "a.out";
        bool iso = false, glibc = false, withoutKernel = false;
        bool links = words.Any(IsInput) && !words.Any(IsNotLinking);
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            if (word is "-shared" or "-static-pie" or "-pie")
                throw LaunchException.Usage("AZ7954", $"{word}: a linked program is static, at a fixed address, and loads nothing", "leave the option out");
            if (word == "--iso")
                iso = true;
            else if (word == "--glibc")
                glibc = true;
            else if (word == "--no-kernel")
                withoutKernel = true;
            else if (word == "-rdynamic")
                continue; // CMake's default on Linux: names for libraries that are loaded, and none are
            else if (links && word == "-o" && i + 1 < words.Count)
                output = words[++i];
            else if (links && word.StartsWith("-o", StringComparison.Ordinal) && word.Length > 2)
                output = word[2..];
            else
                rest.Add(word);
        }

        if (iso && withoutKernel)
            throw LaunchException.Usage("AZ7955", "--iso and --no-kernel together", "give one of them");
        return new CompilerCall { Words = rest, Links = links, Output = output, Iso = iso, Glibc = glibc, WithoutKernel = withoutKernel };
    }

    private static bool IsNotLinking(string word) => s_notLinking.Contains(word) || s_asking.Any(start => word.StartsWith(start, StringComparison.Ordinal));

    // A file, standard input, or a file with more words.
    private static bool IsInput(string word) => word.Length > 0 && (word[0] != '-' || word == "-");
}
