using System.CommandLine;
using System.Security.Cryptography;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Requirements;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea iso</c>: a kernel, and a program if one is given, as a bootable image.</summary>
internal sealed class IsoCommand : Command, IHasExamples, IAcceptsProgramArguments
{
    private readonly GuestOptions _guest = new();
    private readonly Option<string?> _image = CommonOptions.Image();
    private readonly Option<bool> _noInstall = CommonOptions.NoInstall();
    private readonly Option<bool> _json = CommonOptions.Json();

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The ISO to write.",
        HelpName = "PATH",
        DefaultValueFactory = _ => "azalea.iso",
    };

    private IsoCommand(CommandContext context)
        : base("iso", "Write a bootable image for CD, disk and USB, BIOS and UEFI; the same input gives the same bytes.")
    {
        _guest.AddTo(this);
        Options.Add(_output);
        Options.Add(_image);
        Options.Add(_noInstall);
        Options.Add(_json);
        SetAction((parsed, _) => RunAsync(context, parsed));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; } =
    [
        "azalea iso -o hash.iso /bin/busybox --file /etc/os-release -- sha256sum /etc/os-release",
        "azalea iso --image UserApps/GetPid -o getpid.iso",
        "azalea run --image hash.iso --cpus 4",
    ];

    internal static IsoCommand Create(CommandContext context) => new(context);

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed)
    {
        string? image = parsed.GetValue(_image);
        string output = parsed.GetValue(_output)!;
        if (Directory.Exists(output))
            throw LaunchException.Usage("AZ7034", $"{output} is a directory");
        GuestProgram guest = _guest.Describe(parsed, context).FindLinked(image);
        image = guest.Linked is null ? image : guest.Program;
        IReadOnlyList<string> commandLine = guest.CommandLine;
        using var file = new TemporaryFile();
        if (guest.HasFiles)
            guest.CreateFileSystem().Write(file.Path);
        Requirement.Meet(Activity.Iso | KernelImage.Needed(image), !parsed.GetValue(_noInstall), context.Terminal.Note, HostSystem.Current, context.Cancellation);
        KernelImage kernel = await KernelImage.ResolveAsync(context, image);
        if (kernel.Kernel is null)
            throw LaunchException.Usage("AZ7035", $"{image} is an ISO already");
        IsoImage.Write(new IsoRequest
        {
            Kernel = kernel.Kernel,
            Modules = guest.HasFiles ? [file.Path] : [],
            CommandLine = commandLine,
            Output = output,
        });
        await ReportAsync(context, output, parsed.GetValue(_json));
        return ExitStatus.Success;
    }

    private static async Task ReportAsync(CommandContext context, string output, bool json)
    {
        using FileStream stream = File.OpenRead(output);
        string hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, context.Cancellation));
        if (json)
            context.Terminal.WriteJson(new { Path = Path.GetFullPath(output), Bytes = stream.Length, Sha256 = hash });
        else
            context.Terminal.Note($"{output}: {stream.Length / 1e6:F2} MB, sha256 {hash}");
    }
}
