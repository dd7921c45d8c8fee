using System.CommandLine;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Requirements;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea run</c>: a program, or an image, on a machine; the tour without either.</summary>
internal sealed class RunCommand : Command, IHasExamples, IAcceptsProgramArguments
{
    private readonly MachineOptions _machine = new();
    private readonly GuestOptions _guest = new();
    private readonly Option<string?> _image = CommonOptions.Image();
    private readonly Option<bool> _noInstall = CommonOptions.NoInstall();
    private readonly Option<bool> _json = CommonOptions.Json();
    private readonly Option<bool> _noInput = new("--no-input", "-n") { Description = "Do not read standard input; the program finds its own at its end." };

    private RunCommand(CommandContext context)
        : base("run", "Run a program on the kernel; its exit status becomes the status of this command. Without a program: a tour.")
    {
        _guest.AddTo(this);
        _machine.AddTo(this);
        Options.Add(_image);
        Options.Add(_noInstall);
        Options.Add(_json);
        Options.Add(_noInput);
        SetAction((parsed, _) => RunAsync(context, parsed));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "azalea run                                                               the tour",
        "azalea run /bin/busybox --file /etc/os-release -- sha256sum /etc/os-release",
        "azalea run ./a.out --cpus 288 --mem 16G --file input.txt:/data/input.txt",
        "azalea run /bin/busybox --uefi --verbose -- uname -a",
        "azalea run --image UserApps/GetPid --machine bochs --window",
        "azalea run --image kernel.elf --gdb --qemu-args \"-d int -D int.log\"",
    ];

    internal static RunCommand Create(CommandContext context) => new(context);

    /// <summary>What a machine needs of the host.</summary>
    internal static Activity ActivitiesOf(MachineDescription machine)
    {
        Activity activity = machine.Kind == MachineKind.Bochs ? Activity.Bochs : Activity.Qemu;
        if (machine.BootsFromIso && machine.Iso is null)
            activity |= Activity.Iso;
        return machine.Firmware == Firmware.Uefi ? activity | Activity.Uefi : activity;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed)
    {
        bool install = !parsed.GetValue(_noInstall);
        string? image = parsed.GetValue(_image);
        MachineDescription machine = _machine.Describe(parsed);
        GuestProgram guest = _guest.Describe(parsed, context).FindLinked(image);
        image = guest.Linked is null ? image : guest.Program;
        if (guest.Program is null && image is null)
            return await Tour.RunAsync(context, machine, install);

        // What the command line names is read before the kernel is built: a wrong path shows at once.
        IReadOnlyList<string> commandLine = guest.CommandLine;
        using var file = new TemporaryFile();
        if (guest.HasFiles)
            guest.CreateFileSystem().Write(file.Path);
        Requirement.Meet(ActivitiesOf(machine) | KernelImage.Needed(image), install, context.Terminal.Note, HostSystem.Current, context.Cancellation);
        KernelImage kernel = await KernelImage.ResolveAsync(context, image);
        if (kernel.Iso is not null && (guest.HasFiles || commandLine.Count > 0))
            throw LaunchException.Usage("AZ7033", "a ready ISO holds its own program, files and options", "write another one with:  azalea iso");
        machine = machine with
        {
            Kernel = kernel.Kernel,
            Iso = kernel.Iso,
            Initramfs = guest.HasFiles ? file.Path : null,
            CommandLine = commandLine,
        };
        MachineSession.AnnounceGdb(context, machine, machine.Kernel);
        return parsed.GetValue(_json)
            ? await ReportAsync(context, machine)
            : await MachineSession.RunAsync(context, machine, hasInput: !parsed.GetValue(_noInput) && machine.Kind != MachineKind.Bochs, guest.Program is null ? null : GuestProgram.FindProgram(guest.Program));
    }

    private static async Task<int> ReportAsync(CommandContext context, MachineDescription machine)
    {
        MachineResult result = await Machine.RunAsync(machine, cancellation: context.Cancellation);
        context.Terminal.WriteJson(new RunReport(result));
        return result.Status;
    }
}
