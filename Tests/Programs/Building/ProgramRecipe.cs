using System.Security.Cryptography;
using System.Text;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Programs.Building;

/// <summary>How a static program is made.</summary>
internal abstract class ProgramRecipe
{
    /// <summary>Its name among the programs.</summary>
    internal abstract string Name { get; }

    /// <summary>Files that are kept beside the program if there are any.</summary>
    internal virtual IReadOnlyList<string> Companions => [];

    /// <summary>Files and folders below Sources that it is made of.</summary>
    protected abstract IReadOnlyList<string> Sources { get; }

    /// <summary>What must be installed: files of Debian's packages, as <c>azalea doctor --tests</c> checks them.</summary>
    protected abstract IReadOnlyList<string> Tools { get; }

    /// <summary>What else decides about the result: options, versions of packages that are downloaded.</summary>
    protected abstract IReadOnlyList<string> Options { get; }

    /// <summary>Makes <see cref="Name"/> in a folder that holds copies of the sources.</summary>
    internal abstract void Build(BuildFolder folder);

    /// <summary>Where the sources are.</summary>
    internal static string SourcesRoot { get; } = Path.Combine(SourceTree.Root, "Tests", "Programs", "Sources");

    /// <summary>All source files, relative to <see cref="SourcesRoot"/>.</summary>
    internal IReadOnlyList<string> SourceFiles { get; private set; } = [];

    /// <summary>Sixteen digits that change with the sources, the options and the tools.</summary>
    /// <exception cref="FileNotFoundException">A tool is missing.</exception>
    internal string Key()
    {
        SourceFiles = [.. Sources.SelectMany(Expand).Order(StringComparer.Ordinal)];
        var text = new StringBuilder(GetType().Name);
        foreach (string option in Options)
            text.Append('\n').Append(option);
        foreach (string tool in Tools)
        {
            // The date of a file that a package installed is the package's own: it changes with the version.
            FileInfo file = new FileInfo(tool).ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? new FileInfo(tool);
            if (!file.Exists)
                throw new FileNotFoundException($"{Name}: there is no {tool}; install it with:  ./build.sh doctor --install --tests");
            text.Append('\n').Append(file.FullName).Append(' ').Append(file.Length).Append(' ').Append(file.LastWriteTimeUtc.Ticks);
        }

        foreach (string source in SourceFiles)
            text.Append('\n').Append(source).Append(' ').Append(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(SourcesRoot, source)))));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    private static IEnumerable<string> Expand(string source)
    {
        string full = Path.Combine(SourcesRoot, source);
        return Directory.Exists(full)
            ? Directory.EnumerateFiles(full, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(SourcesRoot, file))
            : [source];
    }
}
