using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Pipeline;

/// <summary>An ordinary C# program, compiled to a static executable of Linux, and the image to make of it. The MSBuild targets fill it in.</summary>
internal sealed record ApplicationRequest
{
    private const string GuestFolder = "/app/";

    private static readonly HashSet<string> s_keys =
    [
        "Name", "Program", "Elf", "Kernel", "Initramfs", "Iso", "Options", "Arguments", "WorkingDirectory", "Environment", "File", "Managed", "Linked", "Join", "Promote",
    ];

    /// <summary>The program's name, for messages and in the image.</summary>
    internal required string Name { get; init; }

    /// <summary>The executable that NativeAOT leaves; its debug information lies beside it with the ending .dbg.</summary>
    internal required string Program { get; init; }

    /// <summary>Where the executable goes.</summary>
    internal required string Elf { get; init; }

    /// <summary>The kernel to run it on.</summary>
    internal required string Kernel { get; init; }

    /// <summary>Where the archive with the program and its files goes.</summary>
    internal required string Initramfs { get; init; }

    /// <summary>Where the disc goes, or null.</summary>
    internal string? Iso { get; init; }

    /// <summary>Words for the kernel.</summary>
    internal IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Words for the program on the disc.</summary>
    internal IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Where the program starts.</summary>
    internal required string WorkingDirectory { get; init; }

    /// <summary>NAME=VALUE.</summary>
    internal IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Files for the image.</summary>
    internal IReadOnlyList<ImageFile> Files { get; init; } = [];

    /// <summary>The project's assembly, then those that it brings along; the class library is not among them.</summary>
    internal IReadOnlyList<string> Managed { get; init; } = [];

    /// <summary>Native libraries that are linked statically.</summary>
    internal IReadOnlyList<string> Linked { get; init; } = [];

    /// <summary>Kernel and program become one file, which is then <see cref="Elf"/>.</summary>
    internal bool IsJoined { get; init; }

    /// <summary>The executable whose symbols, and the lines in the file beside it, are those of the running program.</summary>
    internal string Symbols => IsJoined ? Program : Elf;

    /// <summary>The program's system calls become calls where that is provably safe.</summary>
    internal bool IsPromoted { get; init; } = true;

    /// <summary>The program's path in the image.</summary>
    internal string GuestPath => GuestFolder + Name;

    /// <summary>Reads a description.</summary>
    /// <exception cref="BuildException">AZ7911: the file is missing or makes no sense; AZ7943: a wrong property of the project.</exception>
    internal static ApplicationRequest Read(string file) => From(RequestLines.Read(file, s_keys));

    internal static ApplicationRequest Parse(IReadOnlyList<string> lines, string file) => From(RequestLines.Parse(lines, file, s_keys));

    /// <summary>The kernel's command line with these words behind the program's name.</summary>
    internal IReadOnlyList<string> CommandLine(IReadOnlyList<string> arguments) =>
    [
        .. Options,
        .. Environment.Select(variable => "env=" + variable),
        "cwd=" + WorkingDirectory,
        KernelCommandLine.ProgramSeparator,
        GuestPath,
        .. arguments,
    ];

    private static ApplicationRequest From(RequestLines lines)
    {
        var request = new ApplicationRequest
        {
            Name = lines.Required("Name"),
            Program = lines.Required("Program"),
            Elf = lines.Required("Elf"),
            Kernel = lines.Required("Kernel"),
            Initramfs = lines.Required("Initramfs"),
            Iso = lines.Optional("Iso"),
            Options = KernelCommandLine.Split(lines.Optional("Options") ?? ""),
            Arguments = KernelCommandLine.Split(lines.Optional("Arguments") ?? ""),
            WorkingDirectory = lines.Required("WorkingDirectory"),
            Environment = lines.All("Environment"),
            Files = lines.Files("File"),
            Managed = lines.All("Managed"),
            Linked = lines.All("Linked"),
            IsJoined = lines.Optional("Join") == "true",
            IsPromoted = lines.Optional("Promote") != "false",
        };
        if (!request.WorkingDirectory.StartsWith('/'))
            throw new BuildException("AZ7943", $"AzaleaWorkingDirectory is '{request.WorkingDirectory}': a path in the image starts with /");
        if (lines.Optional("Promote") is not (null or "true" or "false"))
            throw new BuildException("AZ7943", $"AzaleaPromote is '{lines.Optional("Promote")}': use true or false");
        if (request.Environment.FirstOrDefault(variable => variable.IndexOf('=') < 1) is { } wrong)
            throw new BuildException("AZ7943", $"AzaleaEnvironment has '{wrong}': give NAME=VALUE");
        return request;
    }
}
