using System.CommandLine;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea run</c>: a program, or an image, on a machine.</summary>
internal sealed class RunCommand : Command, IHasExamples, IAcceptsProgramArguments
{
    private readonly MachineOptions _machine = new();
    private readonly Option<string?> _image = new("--image") { Description = "A kernel ELF, an ISO, or a project to build.", HelpName = "PATH|PROJECT" };

    private RunCommand(CommandContext context)
        : base("run", "Run a program on the kernel; its exit status becomes the status of this command.")
    {
        _machine.AddTo(this);
        Options.Add(_image);
        SetAction((parsed, _) => RunAsync(context, parsed));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "azalea run --image kernel.elf --cpus 4 --timeout 30",
    ];

    internal static RunCommand Create(CommandContext context) => new(context);

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed)
    {
        MachineDescription machine = _machine.Describe(parsed) with
        {
            Kernel = parsed.GetValue(_image),
            CommandLine = context.ProgramArguments,
        };
        MachineResult result = await Machine.RunAsync(machine, context.Terminal.Output, context.Terminal.Log, context.Cancellation);
        if (result.Explanation is { } explanation)
            context.Terminal.Error(explanation);
        return result.Status;
    }
}
