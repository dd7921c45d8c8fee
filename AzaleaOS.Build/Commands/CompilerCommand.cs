using System.CommandLine;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Linking;
using AzaleaOS.Build.Native;
using AzaleaOS.Build.Requirements;

namespace AzaleaOS.Build.Commands;

/// <summary><c>azalea cc</c>, <c>azalea c++</c>: gcc and g++ for programs that are linked into an image.</summary>
/// <remarks>All words are gcc's but a few, so the command line is not parsed as those of the other verbs are.</remarks>
internal sealed class CompilerCommand : Command, IHasExamples
{
    private const string CName = "cc";
    private const string CppName = "c++";

    private CompilerCommand(string name, string description, params IReadOnlyList<string> examples)
        : base(name, description)
    {
        Examples = examples;
        Options.Add(new Option<bool>("--iso") { Description = "Write an ISO beside the program." });
        Options.Add(new Option<bool>("--no-kernel") { Description = "Leave the program alone, for azalea run and sideloader run, and put no kernel in front of it." });
        if (name == CName)
            Options.Add(new Option<bool>("--glibc") { Description = "Link the host's C library, its system calls promoted, and not musl, whose system calls are calls." });
        Arguments.Add(new Argument<string[]>("WORDS") { Description = "Sources, objects and options for gcc.", Arity = ArgumentArity.ZeroOrMore });
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Examples { get; }

    internal static CompilerCommand CreateC() => new(
        CName,
        "Compile and link a C program: kernel and program are one ELF file that boots, and system calls are calls.",
        "azalea cc -O2 hello.c -o hello",
        "azalea run hello -- its arguments",
        "azalea cc -O2 -fopenmp --iso sum.c -o sum",
        "azalea cc part.o main.o -lm -o program");

    internal static CompilerCommand CreateCpp() => new(
        CppName,
        "Compile and link a C++ program: kernel and program are one ELF file that boots; glibc's system calls are promoted.",
        "azalea c++ -O2 -std=c++20 hello.cpp -o hello",
        "azalea run hello");

    /// <summary>Runs the verb if the command line is one of these two and does not ask for help.</summary>
    /// <returns>The exit status, or null.</returns>
    internal static async Task<int?> TryRunAsync(CommandContext context, string[] arguments)
    {
        if (arguments is not [CName or CppName, ..] || arguments is [_, "--help" or "-h" or "-?"])
            return null;
        CompilerCall call = CompilerCall.Parse(arguments[1..]);
        bool isCpp = arguments[0] == CppName;
        var driver = new CompilerDriver(isCpp);
        Requirement.Meet(Activity.C | NativeLibrary.Needed | (isCpp ? Activity.Cpp : Activity.None) | (call.Iso ? Activity.Iso : Activity.None), install: true, context.Terminal.Note, HostSystem.Current, context.Cancellation);
        NativeLibrary.Ensure(context.Terminal.Note);
        return call.Links ? await LinkAsync(context, driver, call, isPromoted: call.Glibc || isCpp) : driver.Compile(call);
    }

    private static async Task<int> LinkAsync(CommandContext context, CompilerDriver driver, CompilerCall call, bool isPromoted)
    {
        if (Directory.Exists(call.Output))
            throw LaunchException.Usage("AZ7034", $"{call.Output} is a directory");
        using var file = new TemporaryFile();
        int status = driver.Link(call, file.Path);
        if (status != 0)
            return status;
        byte[] program = await File.ReadAllBytesAsync(file.Path, context.Cancellation);
        if (!call.WithoutKernel)
            program = await JoinAsync(context, program, isPromoted ? file.Path : null, Path.GetFileName(call.Output));
        await File.WriteAllBytesAsync(call.Output, program, context.Cancellation);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(call.Output, (UnixFileMode)Convert.ToInt32("755", 8));
        if (call.Iso)
            IsoImage.Write(new IsoRequest { Kernel = call.Output, Output = call.Output + ".iso" });

        return ExitStatus.Success;
    }

    private static async Task<byte[]> JoinAsync(CommandContext context, byte[] program, string? promoted, string name)
    {
        KernelImage kernel = await KernelImage.ResolveAsync(context, null);
        var files = new Initramfs();
        files.AddContent("/" + name, program, permissions: Convert.ToInt32("755", 8));
        if (promoted is not null)
            ProgramPromotion.Add(files, promoted, "/" + name, isDemanded: false);
        return LinkedImage.Join(ElfFile.Open(kernel.Kernel!), [KernelCommandLine.ProgramSeparator, "/" + name], files);
    }
}
