using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Linking;

namespace AzaleaOS.Build.Commands;

/// <summary>A program and its surroundings, and how they get into a guest.</summary>
internal sealed record GuestProgram
{
    /// <summary>The program's path on the host, or null to boot the kernel alone.</summary>
    internal string? Program { get; init; }

    /// <summary>Whether its system calls become calls where that is provably safe: true or false if that is asked for; null, the usual, if it can be done.</summary>
    internal bool? Promote { get; init; }

    /// <summary>Its arguments, argv[0] not among them.</summary>
    internal IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>HOST or HOST:GUEST.</summary>
    internal IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>NAME=VALUE.</summary>
    internal IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>In the guest.</summary>
    internal string? WorkingDirectory { get; init; }

    /// <summary>Words before <c>--</c> on the kernel's command line.</summary>
    internal IReadOnlyList<string> KernelOptions { get; init; } = [];

    /// <summary>If the program is linked with a kernel: the path in the guest that is its argv[0].</summary>
    internal string? Linked { get; init; }

    /// <summary>True if the guest needs a file system.</summary>
    internal bool HasFiles => (Program is not null && Linked is null) || Files.Count > 0;

    /// <summary>The same, with <see cref="Linked"/> if the program is a kernel with a program in it.</summary>
    /// <exception cref="LaunchException">AZ7043: an option that comes too late for a linked program, or a kernel beside it.</exception>
    internal GuestProgram FindLinked(string? image)
    {
        if (Program is null || !File.Exists(Program) || LinkedImage.CommandLineOf(Program) is not { } line)
            return this;
        if (Promote == true || image is not null)
            throw LaunchException.Usage("AZ7043", $"{Program} is linked with a kernel", "leave --promote and --image out");
        return this with { Linked = KernelCommandLine.Split(line).SkipWhile(word => word != KernelCommandLine.ProgramSeparator).ElementAtOrDefault(1) ?? "/program" };
    }

    /// <summary>The kernel's command line.</summary>
    internal IReadOnlyList<string> CommandLine =>
    [
        .. KernelOptions,
        .. Environment.Select(variable => "env=" + variable),
        .. WorkingDirectory is null ? Array.Empty<string>() : ["cwd=" + WorkingDirectory],
        .. Program is null ? Array.Empty<string>() : [KernelCommandLine.ProgramSeparator, Linked ?? GuestPath(FindProgram(Program)), .. Arguments],
    ];

    /// <summary>The files of the guest.</summary>
    internal Initramfs CreateFileSystem()
    {
        var files = new Initramfs();
        if (Program is not null && Linked is null)
        {
            string program = FindProgram(Program);
            files.AddHost(program, GuestPath(program));
            if (Promote != false)
                ProgramPromotion.Add(files, program, GuestPath(program), isDemanded: Promote == true);
        }

        foreach (string file in Files)
        {
            (string host, string guest) = SplitFile(file);
            files.AddHost(host, guest);
        }

        if (WorkingDirectory is not null)
            files.AddDirectory(WorkingDirectory);
        return files;
    }

    /// <summary>The file of a program that is named by path, or by name on PATH as in a shell.</summary>
    internal static string FindProgram(string program)
    {
        if (File.Exists(program))
            return program;
        if (Directory.Exists(program))
            throw LaunchException.NoInput("AZ7032", $"{program} is a directory");
        string? found = program.Contains('/') ? null : HostTools.Default.FindProgram(program);
        return found ?? throw LaunchException.NoInput("AZ7032", $"{program}: no such program on this host");
    }

    /// <summary>HOST and GUEST of "HOST:GUEST"; the colon may be a part of HOST.</summary>
    internal static (string Host, string Guest) SplitFile(string file)
    {
        int colon = file.LastIndexOf(":/", StringComparison.Ordinal);
        bool whole = colon < 1 || File.Exists(file) || Directory.Exists(file);
        return whole ? (file, GuestPath(file)) : (file[..colon], file[(colon + 1)..]);
    }

    private static string GuestPath(string hostPath) => Path.GetFullPath(hostPath);
}
