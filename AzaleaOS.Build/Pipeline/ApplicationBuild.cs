using AzaleaOS.Build.Commands;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Linking;

namespace AzaleaOS.Build.Pipeline;

/// <summary>Makes the image of a C# program.</summary>
/// <param name="request">The program.</param>
internal sealed class ApplicationBuild(ApplicationRequest request)
{
    private const string MayNotWork = "AZ7945";

    /// <summary>Looks for what cannot work, before the time of the native compiler is spent.</summary>
    /// <exception cref="BuildException">AZ7944: the project's own code calls a native library that is not linked.</exception>
    /// <returns>Warnings of libraries that the project references and that may call one, each with its code.</returns>
    internal IReadOnlyList<string> Check()
    {
        List<string> warnings = [];
        foreach (NativeImports.Import import in NativeImports.Find(request.Managed, request.Linked))
        {
            string what = $"{import.Method} is in the native library {import.Library}, and nothing is loaded at run time here: link it, with the items "
                + $"<DirectPInvoke Include=\"{import.Library}\" /> and <NativeLibrary Include=\"path of the static library\" />";
            if (import.Assembly == request.Managed[0])
                throw new BuildException("AZ7944", what);
            warnings.Add($"{Path.GetFileName(import.Assembly)} : warning {MayNotWork}: {what}, or do not call it");
        }

        return warnings;
    }

    /// <summary>Writes the executable, the archive and the disc.</summary>
    /// <exception cref="BuildException">AZ7946: there is no executable, or not a static one.</exception>
    internal void Run()
    {
        CheckExecutable();
        if (!request.IsJoined)
            File.Copy(request.Program, request.Elf, overwrite: true);
        if (File.Exists(request.Program + ".dbg"))
            File.Copy(request.Program + ".dbg", Path.Combine(Path.GetDirectoryName(request.Elf)!, Path.GetFileName(request.Program) + ".dbg"), overwrite: true);
        Initramfs archive = new();
        TerminalDescription.AddTo(archive);
        foreach (ImageFile file in request.Files)
            archive.AddHost(file.Source, file.Target);
        archive.AddHost(request.Program, request.GuestPath);
        archive.AddDirectory(request.WorkingDirectory);
        if (request.IsPromoted)
            ProgramPromotion.Add(archive, request.Program, request.GuestPath, isDemanded: false);
        archive.Write(request.Initramfs);
        if (request.IsJoined)
            File.WriteAllBytes(request.Elf, LinkedImage.Join(ElfFile.Open(request.Kernel), request.CommandLine(request.Arguments), archive));
        if (request.Iso is { } iso)
        {
            IsoImage.Write(new IsoRequest
            {
                Kernel = request.IsJoined ? request.Elf : request.Kernel,
                Modules = request.IsJoined ? [] : [request.Initramfs],
                CommandLine = request.IsJoined ? [] : request.CommandLine(request.Arguments),
                Output = iso,
            });
        }
    }

    private void CheckExecutable()
    {
        if (!File.Exists(request.Program))
            throw new BuildException("AZ7946", $"NativeAOT left no {request.Program}", null);
        ElfFile elf = ElfFile.Open(request.Program);
        if (elf.Segments.Any(segment => segment.Type == ElfSegmentType.Interpreter))
            throw new BuildException("AZ7946", $"{request.Program} needs a dynamic linker: leave StaticExecutable true");
    }
}
