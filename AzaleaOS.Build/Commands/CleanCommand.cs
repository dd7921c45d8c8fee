using System.CommandLine;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea clean</c>: removes what builds left.</summary>
internal sealed class CleanCommand : Command, IHasExamples
{
    private readonly Option<bool> _json = CommonOptions.Json();

    private CleanCommand(CommandContext context)
        : base("clean", "Remove the bin and obj folders of all projects but of this tool itself.")
    {
        Options.Add(_json);
        SetAction(parsed => Run(context, parsed.GetValue(_json)));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } = ["azalea clean"];

    internal static CleanCommand Create(CommandContext context) => new(context);

    /// <summary>The folders that a clean removes.</summary>
    internal static IReadOnlyList<string> Leftovers(string root, string toolDirectory) =>
    [
        .. Directory.EnumerateFiles(root, "*.csproj", SearchOption.AllDirectories)
            .Select(project => Path.GetDirectoryName(project)!)
            .Where(folder => !toolDirectory.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .SelectMany(folder => (string[])[Path.Combine(folder, "bin"), Path.Combine(folder, "obj")])
            .Append(Path.Combine(root, "artifacts"))
            .Where(Directory.Exists)
            .Order(StringComparer.Ordinal),
    ];

    private static int Run(CommandContext context, bool json)
    {
        IReadOnlyList<string> folders = Leftovers(SourceTree.Root, AppContext.BaseDirectory);
        foreach (string folder in folders)
            Directory.Delete(folder, recursive: true);
        if (json)
            context.Terminal.WriteJson(new { Removed = folders });
        else
            context.Terminal.Note($"{folders.Count} folders removed");
        return ExitStatus.Success;
    }
}
