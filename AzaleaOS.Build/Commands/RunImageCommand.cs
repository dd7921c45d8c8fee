using System.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;
using AzaleaOS.Build.Streams;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea run-image</c>: what <c>dotnet run</c> calls in a kernel project, not the user.</summary>
internal sealed class RunImageCommand : Command, IAcceptsProgramArguments
{
    private readonly MachineOptions _machine = new();
    private readonly Argument<string> _request = new("FILE") { Description = "The description of the image that the targets wrote." };

    private RunImageCommand(CommandContext context)
        : base("run-image", "Boot an image that was built.")
    {
        Hidden = true;
        Arguments.Add(_request);
        _machine.AddTo(this);
        SetAction((parsed, _) => RunAsync(context, parsed));
    }

    internal static RunImageCommand Create(CommandContext context) => new(context);

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed)
    {
        ImageRequest request = ImageRequestFile.Read(parsed.GetRequiredValue(_request));
        if (request.Iso is not null && context.ProgramArguments.Count > 0)
            throw LaunchException.Usage("AZ7908", "the disc holds the kernel's command line", "set the property KernelCommandLine, or Deployment to PVH");

        MachineDescription machine = _machine.Describe(parsed) with
        {
            Kernel = request.Iso is null ? request.StrippedElf : null,
            Iso = request.Iso,
            Initramfs = request.Iso is null && request.Files.Count > 0 ? request.Initramfs : null,
            CommandLine = request.Iso is null ? [.. KernelCommandLine.Split(request.CommandLine), .. context.ProgramArguments] : [],
        };
        MachineSession.AnnounceGdb(context, machine, request.Elf);

        // As it comes: a terminal stays as it is, and edits and echoes the lines itself.
        var streams = new MachineStreams
        {
            Output = context.Terminal.Output,
            Log = context.Terminal.Log,
            Input = machine.Kind == MachineKind.Bochs ? null : ConsoleInput.From(new RawInput()),
        };
        MachineResult result = await Machine.RunAsync(machine, streams, context.Cancellation);
        if (result.Explanation is { } explanation)
            context.Terminal.Error(explanation);

        return result.Status;
    }
}
