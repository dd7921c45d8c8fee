using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Images;

/// <summary>What programs are told of the terminal: its kind, and the description that they look up by it.</summary>
/// <remarks>Without the description .NET's Console knows no colours and no keys beyond the letters.</remarks>
internal static class TerminalDescription
{
    /// <summary>The kind: what today's terminals have in common.</summary>
    internal const string Kind = "xterm-256color";

    // Where Debian and others have it; programs look at both places.
    private static readonly string[] s_places = ["/lib/terminfo/x/" + Kind, "/usr/share/terminfo/x/" + Kind];

    /// <summary>Copies the description from this host; nothing if it has none.</summary>
    internal static void AddTo(Initramfs files)
    {
        if (s_places.FirstOrDefault(File.Exists) is { } file)
            files.AddHost(file, file);
    }

    /// <summary>The kernel's options that set TERM and HOME, where there is a terminal and nobody said what they are.</summary>
    /// <remarks>Who has a terminal has a home too: .NET's Console looks there for descriptions, and fails without one.</remarks>
    /// <param name="streams">A letter for each standard stream, as the kernel's option <c>stdio</c> takes them.</param>
    /// <param name="commandLine">The kernel's command line.</param>
    internal static IReadOnlyList<string> Options(string streams, IReadOnlyList<string> commandLine)
    {
        string[] options = [.. commandLine.TakeWhile(word => word != KernelCommandLine.ProgramSeparator)];
        return streams.Contains('t')
            ? [.. ((string[])["env=TERM=" + Kind, "env=HOME=/"]).Where(option => !options.Any(word => word.StartsWith(option[..(option.LastIndexOf('=') + 1)], StringComparison.Ordinal)))]
            : [];
    }
}
