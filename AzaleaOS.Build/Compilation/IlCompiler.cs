using System.Diagnostics;
using System.Text.RegularExpressions;
using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Compilation;

/// <summary>Runs the official ilc of .NET NativeAOT so that its object needs no managed runtime.</summary>
public static partial class IlCompiler
{
    // Each without which the object grows from kilobytes to hundreds of them: whole subsystems stay reachable.
    private static readonly string[] s_features =
    [
        "System.Diagnostics.Tracing.EventSource.IsSupported=false",
        "System.StartupHookProvider.IsSupported=false",
        "System.Diagnostics.Debugger.IsSupported=false",
        "System.Resources.UseSystemResourceKeys=true",
        "System.Globalization.Invariant=true",
    ];

    /// <summary>Compiles; replaces the output.</summary>
    /// <exception cref="BuildException">AZ2001: what ilc said.</exception>
    public static void Compile(IlcRequest request)
    {
        foreach (string file in request.Inputs.Concat(request.References))
        {
            if (!File.Exists(file))
                throw new BuildException(CompilerCodes.Failed, $"there is no {file} to compile");
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(request.Output))!);
        string response = request.Output + ".ilc.rsp";
        File.WriteAllLines(response, Arguments(request));
        File.Delete(request.Output);

        var start = new ProcessStartInfo(request.Packages.Compiler, [$"@{response}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)
            ?? throw new BuildException(CompilerCodes.Failed, $"{request.Packages.Compiler} does not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        string said = error.Result + output.Result;

        List<BuildDiagnostic> diagnostics = Diagnose(said);
        if (process.ExitCode != 0 || !File.Exists(request.Output))
        {
            throw new BuildException(diagnostics.Count > 0
                ? diagnostics
                : [new BuildDiagnostic(CompilerCodes.Failed, $"ilc ended with status {process.ExitCode}: {LastLines(said)}")]);
        }
        if (diagnostics.Count > 0)
        {
            File.Delete(request.Output);
            throw new BuildException(diagnostics);
        }
    }

    /// <summary>The lines of the response file.</summary>
    /// <remarks>
    /// Never: --dehydrate (preinitialised statics read 0), --noscan (hundreds of kilobytes),
    /// --codegenopt:EnableHWIntrinsic=0 (BitOperations.Log2 does not return).
    /// </remarks>
    internal static IEnumerable<string> Arguments(IlcRequest request)
    {
        foreach (string input in request.Inputs)
            yield return input;
        yield return $"-o:{request.Output}";
        var names = new HashSet<string>(request.Inputs.Select(Name), StringComparer.OrdinalIgnoreCase);
        IEnumerable<string> facades = Directory.EnumerateFiles(request.Packages.Facades, "*.dll").Order(StringComparer.Ordinal);
        foreach (string reference in request.References.Concat(facades))
        {
            if (names.Add(Name(reference)))
                yield return $"-r:{reference}";
        }
        yield return "--targetos:linux";
        yield return "--targetarch:x64";
        yield return "-g";
        if (request.Optimize)
            yield return "-O";
        yield return "--nativelib";
        yield return "--systemmodule:System.Private.CoreLib";
        yield return "--reflectiondata:none";
        yield return "--noinlinetls";
        foreach (string feature in s_features)
            yield return $"--feature:{feature}";
        foreach (string option in request.ExtraOptions)
            yield return option;

        static string Name(string file) => Path.GetFileNameWithoutExtension(file);
    }

    // "Path/File.cs(12): AOT analysis error IL1005: ...", "ILC: AOT analysis error IL1005: ...", "Error: ...",
    // "Unhandled exception. Some.Exception: ..."; the stack traces that follow say nothing to a user.
    private static List<BuildDiagnostic> Diagnose(string said)
    {
        var diagnostics = new List<BuildDiagnostic>();
        foreach (string line in said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Located().Match(line) is { Success: true } located)
            {
                diagnostics.Add(new BuildDiagnostic(CompilerCodes.Failed, located.Groups["message"].Value,
                    located.Groups["file"].Value, int.Parse(located.Groups["line"].Value, null)));
            }
            else if (Plain().Match(line) is { Success: true } plain)
            {
                diagnostics.Add(new BuildDiagnostic(CompilerCodes.Failed, plain.Groups["message"].Value));
            }
        }
        return [.. diagnostics.Distinct()];
    }

    private static string LastLines(string text)
        => string.Join(" | ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(5));

    [GeneratedRegex(@"^(?<file>[^()]+)\((?<line>\d+)(,\d+)?\): .*?\b(error|warning) (?<message>\w+: .*)$")]
    private static partial Regex Located();

    [GeneratedRegex(@"^(ILC: (AOT analysis )?(error |warning )?|Error: |Unhandled exception\. [\w.+]+: )(?<message>.*)$")]
    private static partial Regex Plain();
}
