using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;
using AzaleaOS.Build.Requirements;

namespace AzaleaOS.Build.Commands;

/// <summary>
/// <c>azalea run</c> without a program: builds the default image, boots it from an ISO on all cores, runs a real program
/// on a real file, and prints Fig. 5 of the paper.
/// </summary>
internal static class Tour
{
    private const string Program = "busybox";
    private const string File = "/etc/os-release";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    /// <summary>Runs the tour.</summary>
    /// <param name="context">The command.</param>
    /// <param name="machine">The machine the command line asks for; its cores are raised to the host's if it asks for one.</param>
    /// <param name="install">Whether missing tools may be installed.</param>
    internal static async Task<int> RunAsync(CommandContext context, MachineDescription machine, bool install)
    {
        Requirement.Meet(Activity.Tour | Activity.Build | RunCommand.ActivitiesOf(machine), install, context.Terminal.Note, HostSystem.Current, context.Cancellation);
        ProjectOutput image = await ProjectBuild.EnsureAsync(context, SourceTree.DefaultImage);
        var guest = new GuestProgram { Program = Program, Arguments = ["sha256sum", File], Files = [File], KernelOptions = ["verbose", "cores=wait", "bootstat"] };
        using var files = new TemporaryFile();
        guest.CreateFileSystem().Write(files.Path);
        bool canBootIso = machine.Kind != MachineKind.MicroVm;
        machine = machine with
        {
            Kernel = image.StrippedKernel,
            Initramfs = files.Path,
            CommandLine = guest.CommandLine,
            Boot = canBootIso ? BootMethod.Iso : BootMethod.Direct,
            Cpus = machine.Cpus > 1 ? machine.Cpus : Math.Clamp(Environment.ProcessorCount, 2, machine.Kind == MachineKind.Bochs ? MachineLimits.BochsCpus : MachineLimits.XApicCpus),
            Timeout = machine.Timeout ?? s_patience,
        };
        context.Terminal.Note($"booting {(canBootIso ? "from an ISO" : "directly")} on {machine.Cpus} cores of {MachineNames.Of(machine.Kind)}, then: {Program} sha256sum {File}");

        var output = new MemoryStream();
        MachineResult result = await Machine.RunAsync(machine, new TeeStream(context.Terminal.Output, output), context.Terminal.Log, context.Cancellation);
        if (result.Explanation is { } explanation)
            context.Terminal.Error(explanation);
        if (result.Status != 0)
            return result.Status;

        string expected = Convert.ToHexStringLower(SHA256.HashData(await System.IO.File.ReadAllBytesAsync(File, context.Cancellation)));
        if (!Encoding.UTF8.GetString(output.ToArray()).StartsWith(expected + " ", StringComparison.Ordinal))
        {
            context.Terminal.Error($"the guest's digest is wrong: this host says {expected}");
            return ExitStatus.Failure;
        }

        context.Terminal.Note("the same digest as on this host");
        return await BenchAsync(context);
    }

    private static async Task<int> BenchAsync(CommandContext context)
    {
        RootCommand root = AzaleaCommand.Create(context);
        return root.Subcommands.Any(command => command.Name == "bench")
            ? await root.Parse(["bench", "getpid"]).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, context.Cancellation)
            : ExitStatus.Success;
    }
}
