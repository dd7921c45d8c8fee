using System.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea run-application</c>: what <c>dotnet run</c> calls in the project of a C# program, not the user.</summary>
/// <remarks>QEMU gets kernel and program directly, so that the program's arguments can be the user's; Bochs boots the disc, which holds its own.</remarks>
internal sealed class RunApplicationCommand : Command, IAcceptsProgramArguments
{
    private readonly MachineOptions _machine = new();
    private readonly Argument<string> _request = new("FILE") { Description = "The description of the program that the targets wrote." };

    private RunApplicationCommand(CommandContext context)
        : base("run-application", "Boot a C# program that was built.")
    {
        Hidden = true;
        Arguments.Add(_request);
        _machine.AddTo(this);
        SetAction((parsed, _) => RunAsync(context, parsed));
    }

    internal static RunApplicationCommand Create(CommandContext context) => new(context);

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed)
    {
        ApplicationRequest request = ApplicationRequest.Read(parsed.GetRequiredValue(_request));
        MachineDescription machine = _machine.Describe(parsed);
        bool fromDisc = machine.BootsFromIso;
        if (fromDisc && context.ProgramArguments.Count > 0)
            throw LaunchException.Usage("AZ7908", "the disc holds the program's arguments", "set the property AzaleaArguments, or Launch to QEMU");

        machine = machine with
        {
            Kernel = fromDisc ? null : request.IsJoined ? request.Elf : request.Kernel,
            Iso = fromDisc ? request.Iso : null,
            Initramfs = fromDisc || request.IsJoined ? null : request.Initramfs,
            CommandLine = fromDisc ? [] : request.CommandLine(context.ProgramArguments.Count > 0 ? context.ProgramArguments : request.Arguments),
        };
        MachineSession.AnnounceGdb(context, machine, request.Symbols);
        return await MachineSession.RunAsync(context, machine, hasInput: machine.Kind != MachineKind.Bochs, request.Symbols);
    }
}
