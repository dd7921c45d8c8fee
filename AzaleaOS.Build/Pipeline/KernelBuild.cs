using AzaleaOS.Build.Assembler;
using AzaleaOS.Build.Checking;
using AzaleaOS.Build.Compilation;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Linking;
using AzaleaOS.Build.Weaving;

namespace AzaleaOS.Build.Pipeline;

/// <summary>The stages that turn C# assemblies into a bootable image.</summary>
/// <remarks>
/// <code>
/// project.dll ──► entry ─────────────────────────┐
/// CoreLib, AzaleaOS.dll, project.dll ──► weave ──┴► compile ──┬──────────► check ──► system calls ──┐
/// AzaleaOS.Plugs.dll ──► assemble ────────────────────────────┴─────────────────────────────────────┴► link ──► symbols ──► link again ──► disc
/// </code>
/// Every arrow is a file in the intermediate folder; <see cref="StageRunner"/> decides what runs.
/// </remarks>
public sealed class KernelBuild
{
    private readonly ImageRequest _request;
    private readonly IlcPackages _packages;

    /// <summary>Prepares a build.</summary>
    /// <exception cref="BuildException">AZ2000: the compiler's packages are not there.</exception>
    public KernelBuild(ImageRequest request)
    {
        _request = request;
        _packages = IlcPackages.At(request.IlcPackage, request.RuntimePackage);
    }

    private string WovenFolder => Intermediate("woven");

    private string WovenCoreLibrary => Woven(_packages.CoreLibrary);

    private string EntryAssembly => Intermediate(Path.GetFileNameWithoutExtension(_request.Assembly) + ".Entry.dll");

    private string Syscalls => Intermediate("syscalls.json");

    private string Registers => Intermediate("registers.json");

    private string CompiledObject => Intermediate("kernel.o");

    private string AssembledObject => Intermediate("plugs.o");

    private string SyscallObject => Intermediate("syscalls.o");

    private string FirstPass => Intermediate("pass1.elf");

    private string SecondPass => Intermediate("pass2.elf");

    private string SymbolObject => Intermediate("symbols.o");

    /// <summary>The assemblies whose code is in the kernel, for C# names in messages and backtraces.</summary>
    private IReadOnlyList<string> Compiled =>
        [Woven(_request.Assembly), EntryAssembly, Woven(_request.KernelAssembly), WovenCoreLibrary, .. _request.Plugs, .. _request.References];

    private IReadOnlyList<string> Objects => [CompiledObject, AssembledObject, SyscallObject];

    /// <summary>Runs what is not up to date.</summary>
    /// <param name="progress">Told the name of each stage that runs.</param>
    /// <exception cref="BuildException">The user's errors, from every stage that could run.</exception>
    public IReadOnlyList<StageTiming> Run(Action<string>? progress = null)
    {
        StageCache cache = new(Intermediate("stages"), ToolVersion, new ContentHashes());
        return new StageRunner(cache, progress).Run(Stages());
    }

    /// <summary>All stages, none run.</summary>
    internal IReadOnlyList<BuildStage> Stages()
    {
        List<BuildStage> stages = [Entry(), Weave(), Compile(), Assemble(), Check(), SystemCalls(), Link(), Symbols(), LinkAgain()];
        if (_request.Files.Count > 0)
            stages.Add(FileSystem());
        if (_request.Iso is { } iso)
            stages.Add(Disc(iso));

        return stages;
    }

    private static string ToolVersion => typeof(KernelBuild).Module.ModuleVersionId.ToString();

    private BuildStage Entry() => new(
        "entry",
        [_request.Assembly, _request.KernelAssembly],
        [EntryAssembly],
        () => KernelEntry.Write(_request.Assembly, _request.KernelAssembly, AbiAssembly(), _request.KernelClass, EntryAssembly))
    {
        Options = _request.KernelClass ?? "",
    };

    private BuildStage Weave()
    {
        string[] targets = [_packages.CoreLibrary, _request.KernelAssembly, _request.Assembly];
        WeaveRequest request = new()
        {
            Targets = targets,
            Plugs = _request.Plugs,
            References = [.. _request.References, _packages.Facades],
            OutputDirectory = WovenFolder,
            Offload = _request.Offload,
        };
        return new(
            "weave",
            [.. targets.Concat(_request.Plugs).SelectMany(WithSymbols)],
            [.. targets.Select(Woven), Syscalls],
            () =>
            {
                // The class library takes seconds, and is the same for all images with the same plugs.
                string library = Weaver.Fingerprint(request with { Targets = [_packages.CoreLibrary] });
                string files = Path.GetFileNameWithoutExtension(_packages.CoreLibrary) + ".*";
                new SharedFiles(_request.SharedDirectory).Provide(library, files, WovenFolder, () => Weaver.Weave(request));

                StageFiles.Write(Syscalls, Weaver.Weave(request).Syscalls);
            })
        {
            Options = OffloadOption,
        };
    }

    private BuildStage Compile() => new(
        "compile",
        [.. CompilerRequest.Inputs.Concat(CompilerRequest.References).SelectMany(WithSymbols)],
        [CompiledObject],
        () => IlCompiler.Compile(CompilerRequest))
    {
        Options = $"{_packages.Version} {OffloadOption}",
    };

    // The compiler takes the property of this name for a constant and leaves out what cannot be reached.
    private string OffloadOption => $"--feature:AzaleaOS.Offload={(_request.Offload ? "true" : "false")}";

    private IlcRequest CompilerRequest => new()
    {
        ExtraOptions = [OffloadOption],
        Inputs = [Woven(_request.Assembly), EntryAssembly, Woven(_request.KernelAssembly)],
        References = [WovenCoreLibrary, .. _request.Plugs, .. _request.References],
        Output = CompiledObject,
        Packages = _packages,
    };

    private BuildStage Assemble() => new(
        "assemble",
        [.. _request.Plugs, _request.KernelAssembly, .. _request.References],
        [AssembledObject],
        () => AssemblerMethods.Emit(_request.Plugs, AssembledObject));

    private BuildStage Check() => new(
        "check",
        [CompiledObject, AssembledObject, Syscalls],
        [Registers],
        () =>
        {
            List<SyscallEntry> syscalls = StageFiles.Read<List<SyscallEntry>>(Syscalls);
            string[] leaves = [.. syscalls.Where(syscall => syscall.Leaf).Select(syscall => syscall.Symbol)];
            CheckResult result = CodeChecker.Check(new CheckRequest
            {
                Compiled = [CompiledObject],
                Assembled = [AssembledObject],
                Assemblies = Compiled,
                VectorFreeRoots = [.. leaves, "azalea_interrupt"],
                Roots = [.. syscalls.Select(syscall => syscall.Symbol)],
            });
            StageFiles.Write(Registers, result.RegisterUse);
        });

    private BuildStage SystemCalls() => new(
        "system calls",
        [Syscalls, Registers],
        [SyscallObject],
        () => SyscallStubs.Emit(
            StageFiles.Read<List<SyscallEntry>>(Syscalls),
            StageFiles.Read<Dictionary<string, RegisterUse>>(Registers),
            SyscallObject));

    private BuildStage Link() => new(
        "link",
        Objects,
        [FirstPass],
        () =>
        {
            try
            {
                Linker.Link(new LinkRequest { Objects = Objects, Output = FirstPass, Assemblies = Compiled });
            }
            catch (BuildException failure) when (failure.Diagnostics.Any(IsForbiddenCode))
            {
                throw Locate(failure);
            }
        });

    /// <summary>Says the same errors with better places.</summary>
    /// <remarks>
    /// ilc gives inlined code the line of the call, which may be in another file than the mistake. So the
    /// errors, and they alone, are looked for again in code without inlining.
    /// </remarks>
    private BuildException Locate(BuildException failure)
    {
        string located = Intermediate("located.o");
        IlCompiler.Compile(CompilerRequest with { Output = located, ExtraOptions = [OffloadOption, "--codegenopt:JitNoInline=1"] });
        try
        {
            Linker.Link(new LinkRequest { Objects = [located, AssembledObject, SyscallObject], Output = Intermediate("located.elf"), Assemblies = Compiled });
            return failure;
        }
        catch (BuildException again)
        {
            string[] codes = [.. failure.Diagnostics.Select(error => error.Code)];
            BuildDiagnostic[] better = [.. again.Diagnostics.Where(error => codes.Contains(error.Code) && _request.PathMap.Any(mapping => error.File?.StartsWith(mapping.Key, StringComparison.Ordinal) == true))];
            return better.Length > 0 ? new BuildException(better) : failure;
        }
    }

    /// <summary>AZ21xx: what C# code may not do in a kernel.</summary>
    private static bool IsForbiddenCode(BuildDiagnostic error) => error.Code.StartsWith("AZ21", StringComparison.Ordinal);

    private BuildStage Symbols() => new(
        "symbols",
        [FirstPass, .. Compiled],
        [SymbolObject],
        () => SymbolTableBuilder.Build(FirstPass, Compiled, SymbolObject));

    private BuildStage LinkAgain() => new(
        "link again",
        [.. Objects, SymbolObject, FirstPass],
        [_request.Elf, _request.Map, _request.StrippedElf, UnpackedElf],
        () =>
        {
            Linker.Link(new LinkRequest
            {
                Objects = [.. Objects, SymbolObject],
                Output = SecondPass,
                MapFile = _request.Map,
                StrippedOutput = _request.StrippedElf,
                UnpackedOutput = UnpackedElf,
                Packed = _request.Packed,
                Assemblies = Compiled,
            });
            SymbolTableBuilder.VerifySameAddresses(FirstPass, SecondPass);
            File.Copy(SecondPass, _request.Elf, overwrite: true);
        })
    {
        Options = _request.Packed ? "packed" : "",
    };

    /// <summary>The project's own files, as the kernel's file system.</summary>
    private BuildStage FileSystem() => new(
        "files",
        [.. _request.Files.Select(file => file.Source)],
        [_request.Initramfs],
        () =>
        {
            Initramfs archive = new();
            foreach (ImageFile file in _request.Files)
                archive.AddHost(file.Source, file.Target);

            archive.Write(_request.Initramfs);
        })
    {
        Options = string.Join('\n', _request.Files.Select(file => file.Target)),
    };

    private BuildStage Disc(string iso)
    {
        string[] modules = _request.Files.Count > 0 ? [_request.Initramfs] : [];
        return new(
            "disc",
            [_request.StrippedElf, .. modules],
            [iso],
            () => IsoImage.Write(new IsoRequest
            {
                Kernel = _request.StrippedElf,
                Modules = modules,
                CommandLine = KernelCommandLine.Split(_request.CommandLine),
                Output = iso,
            }))
        {
            Options = _request.CommandLine,
        };
    }

    /// <summary>For images whose start counts more than their size.</summary>
    private string UnpackedElf => Path.ChangeExtension(_request.Elf, ".unpacked.elf");

    private string Intermediate(string name) => Path.Combine(_request.IntermediateDirectory, name);

    private string Woven(string assembly) => Path.Combine(WovenFolder, Path.GetFileName(assembly));

    private string AbiAssembly() =>
        _request.References.First(reference => Path.GetFileName(reference) == "AzaleaOS.Abi.dll");

    /// <summary>An assembly and the line numbers that go with it.</summary>
    private static IEnumerable<string> WithSymbols(string assembly) => [assembly, Path.ChangeExtension(assembly, ".pdb")];
}
