using System.CommandLine;
using System.Diagnostics;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;
using AzaleaOS.Build.Requirements;
using Activity = AzaleaOS.Build.Requirements.Activity;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea bench</c>: builds the bench, a program of its own, and runs it.</summary>
internal sealed class BenchCommand : Command, IHasExamples
{
    private readonly Argument<string> _name = new("BENCH") { Description = "What is measured: getpid, the paper's Fig. 5; micro, what programs do most; dotnet, C# programs; offload, calls that another process answers; files, a file of the host read in a guest." };
    private readonly Option<string?> _output = new("--output") { Description = "Where the table, the charts and the numbers are saved.", HelpName = "FOLDER" };
    private readonly Option<bool> _json = CommonOptions.Json();
    private readonly Option<bool> _noInstall = CommonOptions.NoInstall();

    private BenchCommand(CommandContext context)
        : base("bench", "Measure system calls against Linux, in the same QEMU and on this processor.")
    {
        _name.AcceptOnlyFromAmong("getpid", "micro", "dotnet", "offload", "files");
        Arguments.Add(_name);
        Options.Add(_output);
        Options.Add(_json);
        Options.Add(_noInstall);
        SetAction((parsed, _) => RunAsync(context, parsed));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "azalea bench getpid",
        "azalea bench micro --json",
        "azalea bench getpid --json --output results",
        "azalea bench dotnet",
        "azalea bench offload",
        "azalea bench files",
    ];

    private static string Project => Path.Combine(SourceTree.Root, "Tests", "Bench", "AzaleaOS.Bench.csproj");

    internal static BenchCommand Create(CommandContext context) => new(context);

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed)
    {
        Activity needed = parsed.GetValue(_name) == "offload" ? Activity.Build : Activity.Build | Activity.Qemu | Activity.Bench;
        Requirement.Meet(needed, !parsed.GetValue(_noInstall), context.Terminal.Note, HostSystem.Current, context.Cancellation);
        if (!await ProjectBuild.TryBuildAsync(context, "building the bench and its images", Project))
            return ExitStatus.Failure;

        List<string> words = ["exec", Assembly(), parsed.GetRequiredValue(_name)];
        if (parsed.GetValue(_json))
            words.Add("--json");
        if (parsed.GetValue(_output) is { } folder)
            words.AddRange(["--output", folder]);
        using Process bench = Process.Start(new ProcessStartInfo(DotNet.Host, words) { UseShellExecute = false })!;
        try
        {
            await bench.WaitForExitAsync(context.Cancellation);
            return bench.ExitCode;
        }
        catch (OperationCanceledException)
        {
            bench.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static string Assembly()
    {
        string folder = Path.Combine(Path.GetDirectoryName(Project)!, "bin", SourceTree.Configuration);
        return Directory.EnumerateFiles(folder, "AzaleaOS.Bench.dll", SearchOption.AllDirectories).MaxBy(File.GetLastWriteTimeUtc)
            ?? throw LaunchException.NoInput("AZ7021", $"building the bench left no AzaleaOS.Bench.dll in {folder}");
    }
}
