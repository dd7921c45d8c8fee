using System.CommandLine;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;
using AzaleaOS.Build.Requirements;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea build</c>: a kernel project through <c>dotnet build</c>.</summary>
internal sealed class BuildCommand : Command, IHasExamples
{
    private readonly Argument<string?> _project = new("PROJECT")
    {
        Description = "The project or its folder. The default is UserApps/Runner.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _noInstall = CommonOptions.NoInstall();
    private readonly Option<bool> _json = CommonOptions.Json();

    private BuildCommand(CommandContext context)
        : base("build", "Build a kernel project: its ELF, map and ISO are then in its bin folder.")
    {
        Arguments.Add(_project);
        Options.Add(_noInstall);
        Options.Add(_json);
        SetAction((parsed, _) => RunAsync(context, parsed));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "azalea build",
        "azalea build UserApps/GetPid",
        "azalea build --json",
    ];

    internal static BuildCommand Create(CommandContext context) => new(context);

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed)
    {
        string path = parsed.GetValue(_project) ?? SourceTree.DefaultImage;
        string project = KernelImage.FindProject(path) ?? throw LaunchException.NoInput("AZ7023", $"{path}: no such project");
        Requirement.Meet(Activity.Build | Activity.Iso, !parsed.GetValue(_noInstall), context.Terminal.Note, HostSystem.Current, context.Cancellation);
        ProjectOutput output = await ProjectBuild.BuildAsync(context, project);
        if (parsed.GetValue(_json))
        {
            context.Terminal.WriteJson(new
            {
                output.Kernel,
                output.StrippedKernel,
                StrippedKernelBytes = new FileInfo(output.StrippedKernel).Length,
                output.Iso,
                IsoBytes = output.Iso is null ? (long?)null : new FileInfo(output.Iso).Length,
            });
            return ExitStatus.Success;
        }

        foreach (string? file in (ReadOnlySpan<string?>)[output.Kernel, output.StrippedKernel, output.Iso])
        {
            if (file is not null)
                context.Terminal.WriteLine($"{Path.GetRelativePath(Environment.CurrentDirectory, file)}  {new FileInfo(file).Length / 1024.0:N0} KiB");
        }

        return ExitStatus.Success;
    }
}
