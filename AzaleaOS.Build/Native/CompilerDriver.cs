using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Native;

/// <summary>Runs gcc for programs that are linked with the kernel's calls.</summary>
/// <param name="isCpp">True for g++.</param>
internal sealed partial class CompilerDriver(bool isCpp)
{
    // Far from what a program with the table of calls at 0x050F0000 may have in front of it.
    private const string Place = "-Wl,-Ttext-segment=0x10000000";

    /// <summary>Debian's libstdc++ looks into glibc's tables of characters, so C++ has that library.</summary>
    private bool UsesGlibc(CompilerCall call) => isCpp || call.Glibc;

    /// <summary>Compiles, or answers what is asked.</summary>
    /// <returns>gcc's status.</returns>
    internal int Compile(CompilerCall call)
    {
        using Process process = Process.Start(new ProcessStartInfo(Compiler, [.. Options(call), .. call.Words]) { UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Links a program without kernel.</summary>
    /// <param name="call">What gcc was asked for.</param>
    /// <param name="output">The file.</param>
    /// <returns>gcc's status; what it said is on standard error.</returns>
    /// <exception cref="BuildException">AZ7953: a library is not there in its static form.</exception>
    internal int Link(CompilerCall call, string output)
    {
        string[] libraries = UsesGlibc(call) ? [NativeLibrary.Note, $"-L{NativeLibrary.Own}", "-lazalea", Place] : [];
        var start = new ProcessStartInfo(Compiler, [.. Options(call), .. call.Words, .. libraries, "-o", output]) { UseShellExecute = false, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        var said = new StringBuilder();
        while (process.StandardError.ReadLine() is { } line)
        {
            Console.Error.WriteLine(line);
            said.AppendLine(line);
        }

        process.WaitForExit();
        string[] missing = process.ExitCode == 0 ? [] : [.. MissingLibrary().Matches(said.ToString()).Select(match => match.Groups[1].Value).Distinct()];
        return missing.Length == 0 ? process.ExitCode : throw new BuildException([.. missing.Select(name => new BuildDiagnostic(
            "AZ7953", $"there is no lib{name}.a: nothing is loaded at run time, so a library must be there in its static form; build it with azalea {(isCpp ? "c++" : "cc")}, and name its folder with -L"))]);
    }

    private string Compiler => HostTools.Default.Program(isCpp ? "g++" : "gcc", isCpp ? "compiles C++ programs" : "compiles C programs");

    private string[] Options(CompilerCall call) => UsesGlibc(call)
        ? ["-isystem", NativeLibrary.Own, "-static", "-no-pie", "-fno-pie"]
        : [$"-specs={NativeLibrary.Specs}", "-static", "-no-pie", "-fno-pie"];

    // GNU ld: cannot find -lfoo; lld: unable to find library -lfoo.
    [GeneratedRegex(@"(?:cannot find|unable to find library) -l([\w.+-]+)")]
    private static partial Regex MissingLibrary();
}
