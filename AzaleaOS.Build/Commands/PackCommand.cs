using System.CommandLine;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Native;
using AzaleaOS.Build.Pipeline;
using AzaleaOS.Build.Requirements;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea pack</c>: the NuGet packages with which projects outside of the repository are made and built.</summary>
internal sealed class PackCommand : Command, IHasExamples
{
    private static readonly string[] s_projects = ["AzaleaOS.Sdk", "AzaleaOS.Templates"];

    private readonly Option<bool> _noInstall = CommonOptions.NoInstall();

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The folder to write them to.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Path.Combine(SourceTree.Root, "artifacts", "packages"),
    };

    private PackCommand(CommandContext context)
        : base("pack", "Write the packages AzaleaOS.Sdk and AzaleaOS.Templates: dotnet new azalea, dotnet build, dotnet run.")
    {
        Options.Add(_output);
        Options.Add(_noInstall);
        SetAction((parsed, _) => RunAsync(context, parsed));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "azalea pack",
        "azalea pack -o /srv/packages",
    ];

    internal static PackCommand Create(CommandContext context) => new(context);

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed)
    {
        string output = Path.GetFullPath(parsed.GetValue(_output)!);
        if (File.Exists(output))
            throw LaunchException.Usage("AZ7036", $"{output} is a file, and a folder is needed");
        Requirement.Meet(Activity.Build | Activity.CLibrary, !parsed.GetValue(_noInstall), context.Terminal.Note, HostSystem.Current, context.Cancellation);
        NativeLibrary.EnsureMusl(context.Terminal.Note);
        foreach (string name in s_projects)
        {
            string project = Path.Combine(SourceTree.Root, name, name + ".csproj");
            if (!await ProjectBuild.TryAsync(context, $"packing {name}", "pack", project, "-o", output))
                throw new LaunchException("AZ7037", $"{name} was not packed", null, ExitStatus.Failure);
        }

        // NuGet unpacks a version once, and this is another one of the same number.
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } root
            ? root
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string unpacked = Path.Combine(packages, "azaleaos.sdk");
        if (Directory.Exists(unpacked))
            Directory.Delete(unpacked, recursive: true);
        context.Terminal.Note($"{output}: {string.Join(", ", s_projects)}");
        return ExitStatus.Success;
    }
}
