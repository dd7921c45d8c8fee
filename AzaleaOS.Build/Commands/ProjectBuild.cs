using System.Diagnostics;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Build.Commands;

/// <summary>The files that building a kernel project leaves.</summary>
/// <param name="Kernel">The kernel ELF with debug information.</param>
/// <param name="StrippedKernel">The kernel ELF without; the one to boot.</param>
/// <param name="Iso">The ISO, if the project makes one.</param>
internal sealed record ProjectOutput(string Kernel, string StrippedKernel, string? Iso);

/// <summary>Builds kernel projects through <c>dotnet build</c>.</summary>
internal static class ProjectBuild
{
    private const string StrippedSuffix = ".stripped.elf";

    /// <summary>Builds a project unless its results are newer than all that they are made of.</summary>
    /// <exception cref="LaunchException">The build failed; what it said is on standard error.</exception>
    internal static async Task<ProjectOutput> EnsureAsync(CommandContext context, string project)
    {
        if (Find(project) is { } found && Freshness.IsNewer(found.StrippedKernel, Inputs(project)))
            return found;
        return await BuildAsync(context, project);
    }

    /// <summary>Builds a project.</summary>
    internal static async Task<ProjectOutput> BuildAsync(CommandContext context, string project)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        if (!await TryBuildAsync(context, $"building {name}", project))
            throw new LaunchException("AZ7020", $"{name} was not built", null, ExitStatus.Failure);

        return Find(project) ?? throw new LaunchException("AZ7021", $"building {name} left no {name}{StrippedSuffix} in {OutputDirectory(project)}",
            "the project must import AzaleaOS.targets", ExitStatus.Failure);
    }

    /// <summary>Builds a project or solution. What the build says is shown if it fails; else only that it goes on.</summary>
    internal static Task<bool> TryBuildAsync(CommandContext context, string what, string project) => TryAsync(context, what, "build", project);

    /// <summary>Has the dotnet command do something with a project or solution.</summary>
    /// <param name="context">Where progress and errors go.</param>
    /// <param name="what">What happens, for the user.</param>
    /// <param name="verb">build or pack.</param>
    /// <param name="project">The file.</param>
    /// <param name="options">More options.</param>
    internal static async Task<bool> TryAsync(CommandContext context, string what, string verb, string project, params string[] options)
    {
        (int status, string said) = await context.Terminal.ProgressAsync(what, () => RunAsync([verb, project, .. options], context.Cancellation));
        if (status != 0)
            Console.Error.Write(said);
        return status == 0;
    }

    /// <summary>The newest results of a project, or null.</summary>
    internal static ProjectOutput? Find(string project)
    {
        string directory = OutputDirectory(project);
        if (!Directory.Exists(directory))
            return null;
        string? stripped = Directory.EnumerateFiles(directory, "*" + StrippedSuffix, SearchOption.AllDirectories).MaxBy(File.GetLastWriteTimeUtc);
        if (stripped is null)
            return null;
        string stem = stripped[..^StrippedSuffix.Length];
        string kernel = File.Exists(stem + ".elf") ? stem + ".elf" : stripped;
        return new ProjectOutput(kernel, stripped, File.Exists(stem + ".iso") ? stem + ".iso" : null);
    }

    private static string OutputDirectory(string project) => Path.Combine(Path.GetDirectoryName(project)!, "bin", SourceTree.Configuration);

    private static IEnumerable<string> Inputs(string project) =>
    [
        Path.GetDirectoryName(project)!,
        .. Directory.EnumerateDirectories(SourceTree.Root, "AzaleaOS*"),
        .. ((string[])["iso", "Directory.Build.props", "Directory.Packages.props", "global.json"]).Select(name => Path.Combine(SourceTree.Root, name)),
    ];

    private static async Task<(int Status, string Said)> RunAsync(string[] words, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(DotNet.Host, [.. words, "-c", SourceTree.Configuration, "-v", "quiet", "--nologo", "-tl:off"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
