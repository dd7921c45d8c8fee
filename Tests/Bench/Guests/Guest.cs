using AzaleaOS.Bench.Programs;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Bench.Guests;

/// <summary>The machines of a bench: all alike but for the kernel.</summary>
internal static class Guest
{
    /// <summary>Long enough for Linux on a busy host; a loop that hangs ends some time.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);

    /// <summary>The libOS with the loops linked in, and how long it took to boot.</summary>
    internal static MachineResult RunImage(string image, bool countInstructions, CancellationToken cancellation)
        => Run(new MachineDescription
        {
            Kernel = ImageOf(image),
            CommandLine = ["bootstat"],
            CountInstructions = countInstructions,
            Timeout = s_timeout,
        }, cancellation);

    /// <summary>A Linux program on the libOS, unmodified.</summary>
    internal static MachineResult RunOnLibOS(string program, bool countInstructions, CancellationToken cancellation)
    {
        const string path = "/bench";
        return WithFile(program, path, archive => Run(new MachineDescription
        {
            Kernel = ImageOf("Runner"),
            Initramfs = archive,
            CommandLine = [KernelCommandLine.ProgramSeparator, path],
            CountInstructions = countInstructions,
            Timeout = s_timeout,
        }, cancellation));
    }

    /// <summary>Whether a Linux program runs to its end on the libOS in so much memory.</summary>
    internal static bool FitsLibOS(string program, MemorySize memory, CancellationToken cancellation)
    {
        try
        {
            MachineResult result = Machine.Run(new MachineDescription
            {
                Kernel = ImageOf("Runner"),
                Initramfs = program,
                CommandLine = [KernelCommandLine.ProgramSeparator, "/program"],
                Memory = memory,
                Accelerator = Accelerator.Tcg,
                Timeout = s_timeout,
            }, cancellation: cancellation);
            cancellation.ThrowIfCancellationRequested();
            return result.Status == 0;
        }
        catch (LaunchException e) when (e.Diagnostics[0].Code == "AZ7007")
        {
            return false;
        }
    }

    /// <summary>Builds UserApps/Linked, which measures what C# programs do.</summary>
    /// <returns>Kernel and program in one file.</returns>
    internal static string BuildLinked(Action<string> note)
    {
        note("building UserApps/Linked");
        string folder = Path.Combine(SourceTree.Root, "UserApps", "Linked");
        ToolProcess.Run(DotNet.Host, ["build", Path.Combine(folder, "Linked.csproj"), "-c", SourceTree.Configuration, "--nologo", "-v", "quiet"]);
        return Path.Combine(folder, "bin", SourceTree.Configuration, "net10.0", "Linked.elf");
    }

    /// <summary>Runs it.</summary>
    internal static MachineResult RunLinked(string image, bool countInstructions, CancellationToken cancellation)
        => Run(new MachineDescription
        {
            Kernel = image,
            CommandLine = [KernelCommandLine.ProgramSeparator, "/app/Linked", "cost"],
            CountInstructions = countInstructions,
            Timeout = s_timeout,
        }, cancellation);

    /// <summary>A Linux program as the first process of Linux.</summary>
    internal static MachineResult RunOnLinux(string kernel, string program, bool countInstructions, CancellationToken cancellation)
        => WithFile(program, "/init", archive => Run(new MachineDescription
        {
            Kernel = kernel,
            Initramfs = archive,

            // lpj= and the rest: an emulated machine has no time to calibrate delays and watch itself.
            CommandLine = ["console=ttyS0", "quiet", "loglevel=0", "no_timer_check", "lpj=8000000", "nowatchdog"],
            CountInstructions = countInstructions,
            Timeout = s_timeout,
        }, cancellation));

    /// <summary>The intermediate objects a kernel image was linked from.</summary>
    internal static IReadOnlyList<string> ObjectsOf(string image)
    {
        string folder = Newest(Path.Combine(SourceTree.Root, "UserApps", image, "obj", SourceTree.Configuration), "kernel.o");
        return [folder, Sibling(folder, "plugs.o"), Sibling(folder, "syscalls.o")];
    }

    /// <summary>A kernel as images have it.</summary>
    internal static string ImageOf(string image)
        => Newest(Path.Combine(SourceTree.Root, "UserApps", image, "bin", SourceTree.Configuration), image + ".stripped.elf");

    /// <summary>The kernel of the images of C# programs.</summary>
    internal static string UnpackedImageOf(string image) => ImageOf(image).Replace(".stripped.", ".unpacked.", StringComparison.Ordinal);

    private static string Sibling(string path, string name) => Path.Combine(Path.GetDirectoryName(path)!, name);

    private static string Newest(string folder, string name)
        => (Directory.Exists(folder) ? Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories).MaxBy(File.GetLastWriteTimeUtc) : null)
        ?? throw LaunchException.NoInput("AZ7203", $"there is no {name} below {folder}", "build it with:  azalea bench getpid");

    private static MachineResult WithFile(string program, string path, Func<string, MachineResult> run)
    {
        string archive = Path.GetTempFileName();
        try
        {
            var files = new Initramfs();
            files.AddHost(program, path);
            files.Write(archive);
            return run(archive);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    private static MachineResult Run(MachineDescription machine, CancellationToken cancellation)
    {
        // Hardware virtualisation would measure another machine, and has no instruction count.
        MachineResult result = Machine.Run(machine with { Accelerator = Accelerator.Tcg }, cancellation: cancellation);
        cancellation.ThrowIfCancellationRequested();
        return result.Status == 0
            ? result
            : throw new LaunchException("AZ7204", $"{Path.GetFileName(machine.Kernel)} did not finish: {result}", null, ExitStatus.Failure);
    }
}
