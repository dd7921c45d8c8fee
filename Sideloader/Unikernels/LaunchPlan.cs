using AzaleaOS.Abi.Channel;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>What a command line asks to run, looked at and found possible.</summary>
internal sealed record LaunchPlan
{
    /// <summary>The machine, without the device of the channel and what it boots.</summary>
    internal required MachineDescription Machine { get; init; }

    internal required string Image { get; init; }

    /// <summary>The program's path on the host, which is its path in the guest; null for an image that brings its own.</summary>
    internal string? Program { get; init; }

    /// <summary>The calls in place of the program's system calls, or null to run it as it is.</summary>
    internal ProgramPromotion? Promotion { get; init; }

    internal IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>K=V.</summary>
    internal IReadOnlyList<string> Environment { get; init; } = [];

    internal string? WorkingDirectory { get; init; }

    internal string? Root { get; init; }

    internal bool ReadOnly { get; init; }

    internal IReadOnlyList<string> Mounts { get; init; } = [];

    /// <summary>More words for the kernel, as <c>verbose</c>.</summary>
    internal IReadOnlyList<string> KernelOptions { get; init; } = [];

    /// <summary>The image does not talk to the daemon: streams go over the machine's serial line.</summary>
    internal bool Console { get; init; }

    /// <summary>Where every call is written to, or null.</summary>
    internal string? TraceFile { get; init; }

    /// <summary>How many bytes of output are kept of a unikernel in the background.</summary>
    internal long LogBytes { get; init; } = LogFile.UsualBound;

    /// <summary>The machine with all of it.</summary>
    /// <param name="home">Where its sockets and files are.</param>
    /// <param name="streamOptions">What the kernel is told of the console.</param>
    internal MachineDescription Describe(UnikernelDirectory home, IReadOnlyList<string> streamOptions) => Machine with
    {
        Kernel = Image,
        Initramfs = Program is null ? null : home.BootFiles,
        OwnSession = true,
        CommandLine =
        [
            .. KernelOptions,
            .. streamOptions,
            .. Environment.Select(variable => "env=" + variable),
            .. WorkingDirectory is null ? Array.Empty<string>() : ["cwd=" + WorkingDirectory],
            .. Program is not null ? [KernelCommandLine.ProgramSeparator, Program, .. Arguments]
                : Arguments.Count > 0 ? [KernelCommandLine.ProgramSeparator, .. Arguments]
                : Array.Empty<string>(),
        ],
        ExtraArguments =
        [
            "-object", $"memory-backend-memfd,id=memory,size={Machine.Memory},share=on",
            "-machine", "memory-backend=memory",
            "-chardev", $"socket,id=offload,path={home.OffloadSocket.Replace(",", ",,", StringComparison.Ordinal)}",
            "-device", $"vhost-user-fs-pci,chardev=offload,tag={System.Text.Encoding.ASCII.GetString(ChannelProtocol.Tag)},num-request-queues={Machine.Cpus},queue-size=1024",
            .. Machine.ExtraArguments,
        ],
    };

    /// <summary>Writes the boot module.</summary>
    internal void WriteBootFiles(UnikernelDirectory home)
    {
        if (Program is null)
            return;
        var files = new Initramfs();
        files.AddHost(Program, Program);
        files.Promote(Program, Promotion?.Record);
        if (WorkingDirectory is not null && Root is null)
            files.AddDirectory(WorkingDirectory);
        files.Write(home.BootFiles);
    }
}
