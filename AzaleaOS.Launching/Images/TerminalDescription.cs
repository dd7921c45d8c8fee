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

    /// <summary>The kernel's option that sets TERM, where there is a terminal and nobody said what it is.</summary>
    /// <param name="streams">A letter for each standard stream, as the kernel's option <c>stdio</c> takes them.</param>
    /// <param name="commandLine">The kernel's command line.</param>
    internal static IReadOnlyList<string> Options(string streams, IReadOnlyList<string> commandLine)
    {
        const string Variable = "env=TERM=";
        bool isSaid = commandLine.TakeWhile(word => word != KernelCommandLine.ProgramSeparator).Any(word => word.StartsWith(Variable, StringComparison.Ordinal));
        return streams.Contains('t') && !isSaid ? [Variable + Kind] : [];
    }
}
