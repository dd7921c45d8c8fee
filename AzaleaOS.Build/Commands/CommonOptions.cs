using System.CommandLine;

namespace AzaleaOS.Build.Commands;

/// <summary>Options that several verbs have.</summary>
internal static class CommonOptions
{
    /// <summary><c>--json</c>.</summary>
    internal static Option<bool> Json() => new("--json") { Description = "Print the result as JSON on standard output." };

    /// <summary><c>--image</c>.</summary>
    internal static Option<string?> Image() => new("--image")
    {
        Description = "The kernel: an ELF, an ISO, or a project to build. The default is UserApps/Runner.",
        HelpName = "PATH|PROJECT",
    };

    /// <summary><c>--no-install</c>.</summary>
    internal static Option<bool> NoInstall() => new("--no-install") { Description = "Do not install missing tools, even where that is possible." };
}
