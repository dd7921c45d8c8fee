namespace AzaleaOS.Build.Pipeline;

/// <summary>One bootable image to build: what goes in and where the results go. The MSBuild targets fill it in.</summary>
public sealed record ImageRequest
{
    /// <summary>The image's name, for messages and default file names.</summary>
    public required string Name { get; init; }

    /// <summary>The project's own assembly, with the class that derives from <c>AzaleaOS.Kernel</c>.</summary>
    public required string Assembly { get; init; }

    /// <summary>Full name of the kernel class, or null for the only one there is.</summary>
    public string? KernelClass { get; init; }

    /// <summary>AzaleaOS.dll.</summary>
    public required string KernelAssembly { get; init; }

    /// <summary>Assemblies that the kernel and the image use and that are compiled as they are: AzaleaOS.Abi.dll and the project's own libraries.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Assemblies with <c>[Plug]</c> classes and <c>[AssemblerMethod]</c>s; AzaleaOS.Plugs.dll first.</summary>
    public required IReadOnlyList<string> Plugs { get; init; }

    /// <summary>Folder of the compiler's package: it holds <c>tools/</c>.</summary>
    public required string IlcPackage { get; init; }

    /// <summary>Folder of the NativeAOT runtime package: it holds System.Private.CoreLib and the facades.</summary>
    public required string RuntimePackage { get; init; }

    /// <summary>Where stages leave their files, below <c>obj</c>.</summary>
    public required string IntermediateDirectory { get; init; }

    /// <summary>Where results that several images share are kept.</summary>
    public required string SharedDirectory { get; init; }

    /// <summary>The kernel with debug information.</summary>
    public required string Elf { get; init; }

    /// <summary>The linker's map.</summary>
    public required string Map { get; init; }

    /// <summary>The kernel without debug information, as it is put in images.</summary>
    public required string StrippedElf { get; init; }

    /// <summary>That kernel's segments are compressed, and unpacked when it is entered.</summary>
    public bool Packed { get; init; }

    /// <summary>The image has the offload channel: a Linux peer carries out its file system calls, if the machine has one.</summary>
    public bool Offload { get; init; }

    /// <summary>The disc image, or null for none.</summary>
    public string? Iso { get; init; }

    /// <summary>The kernel's command line in the disc image.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>The archive that <see cref="Files"/> become; not written if there are none.</summary>
    public required string Initramfs { get; init; }

    /// <summary>Files for the image's file system.</summary>
    public IReadOnlyList<ImageFile> Files { get; init; } = [];

    /// <summary>
    /// What the C# compiler wrote instead of a folder (its /pathmap), so that two machines build the same
    /// bits: the name in the debug information, and the folder it stands for. For error messages.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> PathMap { get; init; } = [];
}
