using System.CommandLine;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Commands;

/// <summary>The options of the verbs that start a unikernel.</summary>
internal sealed class LaunchOptions
{
    private readonly Argument<string> _program = new("IMAGE|ELF") { Description = "A static x86-64 Linux program, or a kernel image that brings its own." };

    private readonly Argument<string[]> _arguments = new("ARGUMENTS")
    {
        Description = "Its arguments; those that begin with - go behind --.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<int> _cpus = MachineOption.Cpus(ChannelProtocol.MaxCores);
    private readonly Option<MemorySize> _memory = MachineOption.Memory();
    private readonly Option<string?> _root = new("--root") { Description = "A directory of this host that is the application's /. Without it the application sees no file of this host.", HelpName = "DIR" };
    private readonly Option<bool> _readOnly = new("--read-only") { Description = "The application may change nothing in the tree." };
    private readonly Option<string[]> _mounts = new("--mount") { Description = "Another directory of this host, at a path of the application's; may be repeated.", HelpName = "HOST:GUEST[:ro]" };
    private readonly Option<string[]> _environment = new("--env") { Description = "A variable of the application's environment; may be repeated.", HelpName = "K=V" };
    private readonly Option<string?> _directory = new("--cwd") { Description = "The application's working directory, a path of its own.", HelpName = "DIR" };
    private readonly Option<Accelerator> _accelerator = MachineOption.Accel(Accelerator.Auto);
    private readonly Option<double?> _timeout = MachineOption.Timeout();
    private readonly Option<bool> _promote = new("--promote") { Description = "Turn the program's system calls into calls where that is provably safe, which is the default; it is an error if nothing can be said about the program." };
    private readonly Option<bool> _noPromote = new("--no-promote") { Description = "Run the program as it is. Otherwise its system calls become calls where that is provably safe; inspect says how many." };
    private readonly Option<string?> _image = new("--image") { Description = "The kernel image for a program.", HelpName = "PATH" };
    private readonly Option<string?> _name = new("--name") { Description = "A name for the other commands.", HelpName = "NAME" };
    private readonly Option<string?> _trace = new("--trace") { Description = "Write every offloaded call to a file.", HelpName = "FILE" };
    private readonly Option<MemorySize> _log = new("--log-size")
    {
        Description = "How much output of a unikernel in the background is kept: the oldest goes first.",
        HelpName = "SIZE",
        DefaultValueFactory = _ => new MemorySize(LogFile.UsualBound),
        CustomParser = result => OptionValue.Parse<MemorySize>(result, static (string text, out MemorySize size) => MemorySize.TryParse(text, out size) && size.Bytes >= LogFile.SmallestBound, "an amount such as 16M, at least 64K"),
    };

    private readonly Option<bool> _verbose = new("--verbose") { Description = "Show the kernel's boot log on standard error." };
    private readonly Option<bool> _console = new("--console") { Description = "Standard streams over the machine's serial line, for an image without the driver of the offload channel." };

    /// <summary>What is offered for a unikernel in the background alone.</summary>
    internal Option ForBackground => _log;

    /// <summary>Adds the options to a verb.</summary>
    internal void AddTo(Command command)
    {
        command.Arguments.Add(_program);
        command.Arguments.Add(_arguments);
        foreach (Option option in (Option[])[_cpus, _memory, _root, _readOnly, _mounts, _environment, _directory, _accelerator, _timeout, _promote, _noPromote, _image, _name, _trace, _log, _verbose, _console])
            command.Options.Add(option);
    }

    /// <summary>The name that the user gives it.</summary>
    internal string? Name(ParseResult parsed) => parsed.GetValue(_name);

    /// <summary>What a command line asks for.</summary>
    /// <exception cref="CommandException">It is not possible.</exception>
    internal LaunchPlan Describe(ParseResult parsed, IReadOnlyList<string> programArguments)
    {
        foreach (string variable in parsed.GetValue(_environment) ?? [])
        {
            if (variable.IndexOf('=') < 1)
                throw CommandException.Usage($"--env {variable}: give NAME=VALUE");
        }

        if (parsed.GetValue(_directory) is { } directory && !directory.StartsWith('/'))
            throw CommandException.Usage($"--cwd {directory}: a path of the application starts with /");
        string? root = parsed.GetValue(_root);
        if (root is not null && !Directory.Exists(root))
            throw CommandException.NoInput($"--root {root}: no such directory");
        if (parsed.GetValue(_readOnly) && root is null)
            throw CommandException.Usage("--read-only says how to give --root: name a directory with it");

        string file = ProgramFile.Find(parsed.GetRequiredValue(_program));
        bool isImage = ProgramFile.Inspect(file) == ProgramFile.Kind.Image;
        string? image = parsed.GetValue(_image);
        if (isImage && image is not null)
            throw CommandException.Usage($"{file} is a kernel image itself: leave --image out");
        if (image is not null && ProgramFile.Inspect(image = ProgramFile.Find(image)) != ProgramFile.Kind.Image)
            throw CommandException.NoInput($"--image {image}: it is a program, not a kernel image");

        if (parsed.GetValue(_promote) && parsed.GetValue(_noPromote))
            throw CommandException.Usage("--promote and --no-promote together: give one of them");
        if (parsed.GetValue(_promote) && isImage)
            throw CommandException.Usage($"--promote is for programs, and {file} is a kernel image");

        string kernel = isImage ? file : image ?? DefaultImage.Find();
        var plan = new LaunchPlan
        {
            Machine = new MachineDescription
            {
                Cpus = parsed.GetValue(_cpus),
                Memory = parsed.GetValue(_memory),
                Accelerator = parsed.GetValue(_accelerator),
                Timeout = parsed.GetValue(_timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            },
            Image = kernel,
            Program = isImage ? null : file,
            Promotion = isImage || parsed.GetValue(_noPromote) ? null : ProgramPromotion.Of(file, isDemanded: parsed.GetValue(_promote)),
            Arguments = [.. parsed.GetValue(_arguments) ?? [], .. programArguments],
            Environment = parsed.GetValue(_environment) ?? [],
            WorkingDirectory = parsed.GetValue(_directory),
            Root = root is null ? null : Path.GetFullPath(root),
            ReadOnly = parsed.GetValue(_readOnly),
            Mounts = [.. (parsed.GetValue(_mounts) ?? []).Select(mount => MountPoint.Parse(mount).ToString())],
            KernelOptions = parsed.GetValue(_verbose) ? ["verbose"] : [],
            Console = parsed.GetValue(_console),
            LogBytes = parsed.GetValue(_log).Bytes,
            TraceFile = parsed.GetValue(_trace) is { } trace ? Path.GetFullPath(trace) : null,
        };
        if (plan.Console && root is not null)
            throw CommandException.Usage("--console is for images that do not offload calls, and --root for those that do");
        MachineLimits.Check(plan.Machine with { Kernel = kernel });
        return plan;
    }

    /// <summary>The record of a unikernel that is being started.</summary>
    internal static UnikernelRecord Record(UnikernelDirectory home, string? name, LaunchPlan plan) => new()
    {
        Id = home.Id,
        Name = name,
        State = UnikernelState.Starting,
        Program = plan.Program,
        PromotedCalls = plan.Promotion?.Promoted,
        SystemCalls = plan.Promotion?.Sites,
        Arguments = plan.Arguments,
        Image = plan.Image,
        Root = plan.Root,
        ReadOnly = plan.ReadOnly,
        Mounts = plan.Mounts,
        Cpus = plan.Machine.Cpus,
        Memory = plan.Machine.Memory.Bytes,
        Supervisor = ProcessIdentity.Current,
        Created = DateTimeOffset.UtcNow,
    };
}
