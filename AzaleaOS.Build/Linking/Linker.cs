using System.Diagnostics;
using System.Text.RegularExpressions;
using AzaleaOS.Build.Compilation;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;

namespace AzaleaOS.Build.Linking;

/// <summary>Links a kernel with ld.lld or GNU ld, and checks what came out.</summary>
public static partial class Linker
{
    /// <summary>Links.</summary>
    /// <exception cref="BuildException">
    /// AZ5001: no linker; AZ5002: the linker's own error; AZ5003: no entry; AZ5004: an object that
    /// cannot be read; AZ5005: a layout that the kernel could not run with; AZ21xx: an undefined
    /// symbol, at the C# line that needs it.
    /// </exception>
    public static LinkResult Link(LinkRequest request)
    {
        string linker = Find(request.Linker);
        var objects = request.Objects.Select(ElfFile.Open).ToList();
        HashSet<string> defined = DefinedSymbols(objects);
        if (!defined.Contains(LinkerScript.Entry))
            throw new BuildException("AZ5003", $"no object defines {LinkerScript.Entry}, where the kernel is entered; link the assembler methods of AzaleaOS.Plugs");

        string script = Path.ChangeExtension(request.Output, ".ld");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(request.Output))!);
        File.WriteAllText(script, LinkerScript.Write(request.KeptSymbols.Where(defined.Contains)));

        List<string> arguments =
        [
            "-nostdlib", "-static", "--gc-sections", "-z", "noexecstack", "-z", "max-page-size=4096",
            "--build-id=none", "--no-eh-frame-hdr", "--no-undefined", "-T", script, "-o", request.Output,
        ];

        // All undefined symbols at once; GNU ld reports all by itself and does not know the option.
        if (Path.GetFileName(linker).Contains("lld", StringComparison.Ordinal))
            arguments.Add("--error-limit=0");
        if (request.MapFile is not null)
            arguments.Add($"-Map={request.MapFile}");
        arguments.AddRange(request.Objects);
        if (Run(linker, arguments) is string failure)
            throw Explain(failure, objects, request.Assemblies);

        ElfFile kernel = ElfFile.Open(request.Output);
        KernelLayout.Verify(kernel);
        long strippedSize = 0;
        if (request.StrippedOutput is not null)
        {
            byte[] stripped = request.Packed ? PackedImage.Of(kernel) : StrippedImage.Of(kernel);
            File.WriteAllBytes(request.StrippedOutput, stripped);
            strippedSize = stripped.Length;
        }

        if (request.UnpackedOutput is not null)
            File.WriteAllBytes(request.UnpackedOutput, StrippedImage.Of(kernel));

        return new LinkResult(request.Output, request.StrippedOutput, strippedSize, linker);
    }

    /// <summary>The linker that <see cref="Link"/> would run.</summary>
    /// <exception cref="BuildException">AZ5001: there is none.</exception>
    public static string Find(string? preferred = null)
    {
        IEnumerable<string> names = preferred is not null ? [preferred] : ["ld.lld", .. VersionedLlds(), "ld"];
        foreach (string name in names)
        {
            if (OnPath(name) is string path)
                return path;
        }

        throw new BuildException("AZ5001", preferred is null
            ? "no linker found (ld.lld or ld); install one with:  sudo apt-get install -y lld"
            : $"the linker {preferred} was not found; install ld.lld with:  sudo apt-get install -y lld");
    }

    private static IEnumerable<string> VersionedLlds()
    {
        for (int version = 30; version >= 11; version--)
            yield return $"ld.lld-{version}";
    }

    private static string? OnPath(string name)
    {
        if (name.Contains(Path.DirectorySeparatorChar))
            return File.Exists(name) ? name : null;
        string[] suffixes = OperatingSystem.IsWindows() ? [".exe", ""] : [""];
        foreach (string directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            foreach (string suffix in suffixes)
            {
                string candidate = Path.Combine(directory, name + suffix);
                if (directory.Length > 0 && File.Exists(candidate))
                    return candidate;
            }
        }

        return null;
    }

    private static HashSet<string> DefinedSymbols(List<ElfFile> objects)
        => [.. objects.SelectMany(o => o.Symbols).Where(s => !s.IsUndefined && s.Binding != ElfSymbolBinding.Local).Select(s => s.Name)];

    private static BuildException Explain(string failure, List<ElfFile> objects, IReadOnlyList<string> assemblies)
    {
        HashSet<string> undefined = [.. UndefinedSymbolMessage().Matches(failure).Select(m => m.Groups[1].Value)];
        if (undefined.Count > 0)
        {
            using var names = new MethodNames(assemblies);
            IReadOnlyList<BuildDiagnostic> errors = AllocationErrors.Find(objects, undefined, names.Of);
            if (errors.Count > 0)
                return new BuildException(errors);
        }

        return new BuildException([.. failure.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => new BuildDiagnostic("AZ5002", line.Trim()))]);
    }

    /// <summary>The words of ld.lld, and those of GNU ld.</summary>
    [GeneratedRegex(@"undefined (?:hidden |protected )?(?:symbol: |reference to `|symbol `)([^\s']+)")]
    private static partial Regex UndefinedSymbolMessage();

    /// <summary>Runs the linker.</summary>
    /// <returns>What it said if it failed, or null.</returns>
    private static string? Run(string linker, List<string> arguments)
    {
        var start = new ProcessStartInfo(linker, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        Process? process;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new BuildException("AZ5001", $"{linker} could not be started: {e.Message}; install ld.lld with:  sudo apt-get install -y lld");
        }

        using (process)
        {
            Task<string> output = process!.StandardOutput.ReadToEndAsync();
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0)
                return null;
            string said = errors + output.Result;
            return said.Length > 0 ? said : $"{linker} ended with status {process.ExitCode} and said nothing";
        }
    }
}
