using System.CommandLine;
using System.Globalization;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea build-image</c>: what the MSBuild targets call, not the user.</summary>
internal sealed class BuildImageCommand : Command
{
    private readonly Argument<string> _request = new("FILE") { Description = "The description of the image that the targets wrote." };
    private readonly Option<bool> _timings = new("--timings") { Description = "Say what each stage took." };

    private BuildImageCommand()
        : base("build-image", "Build one image from its description.")
    {
        Hidden = true;
        Arguments.Add(_request);
        Options.Add(_timings);
        SetAction(Run);
    }

    internal static BuildImageCommand Create() => new();

    private int Run(ParseResult parsed)
    {
        ImageRequest request = ImageRequestFile.Read(parsed.GetRequiredValue(_request));
        try
        {
            IReadOnlyList<StageTiming> timings = new KernelBuild(request).Run(stage => Console.Out.WriteLine($"{request.Name}: {stage}"));
            if (parsed.GetValue(_timings))
            {
                foreach (StageTiming timing in timings)
                    Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{request.Name}: {timing.Name,-14} {timing.Milliseconds,6:0} ms{(timing.Ran ? "" : "  unchanged")}"));
            }

            return ExitStatus.Success;
        }
        catch (BuildException failure)
        {
            // The compiler wrote mapped names, so that builds are reproducible; an editor needs the real ones.
            throw new BuildException([.. failure.Diagnostics.Select(diagnostic => diagnostic with { File = RealPath(diagnostic.File, request) })]);
        }
    }

    private static string? RealPath(string? file, ImageRequest request)
    {
        return file is null ? null : request.PathMap
            .Where(mapping => file.StartsWith(mapping.Key, StringComparison.Ordinal))
            .Select(mapping => Path.Combine(mapping.Value, file[mapping.Key.Length..]))
            .FirstOrDefault(File.Exists, file);
    }
}
