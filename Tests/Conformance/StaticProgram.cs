using System.Diagnostics;
using AzaleaOS.Build.Native;

namespace AzaleaOS.Tests.Conformance;

/// <summary>A program of the folder Programs, compiled by this host's C compiler into a static executable.</summary>
internal static class StaticProgram
{
    internal const string Compiler = "/usr/bin/gcc";

    /// <summary>The kind of executable that uses musl, not glibc.</summary>
    internal const string Musl = "musl";

    /// <summary>The kind that <c>azalea cc</c> links.</summary>
    internal const string Linked = "linked";

    private const string CppCompiler = "/usr/bin/g++";

    private const string MuslCompiler = "/usr/bin/musl-gcc";

    /// <summary>The first line of a source that needs more of them begins so.</summary>
    private const string Options = "// Options: ";

    /// <summary>Compiles it next to the tree.</summary>
    /// <param name="name">The source, without ".c" or ".cc".</param>
    /// <param name="output">The executable.</param>
    /// <param name="flags">What kind of executable.</param>
    internal static void Compile(string name, string output, params string[] flags)
    {
        string source = Path.Combine(AppContext.BaseDirectory, "Programs", name + ".c");
        bool isCpp = !File.Exists(source);
        source += isCpp ? "c" : "";
        if (flags is [Linked])
        {
            Link(source, output);
            return;
        }

        string first = File.ReadLines(source).First();
        if (first.StartsWith(Options, StringComparison.Ordinal))
            flags = [.. flags, .. first[Options.Length..].Split(' ')];
        bool isMusl = flags.Contains(Musl);
        flags = [.. flags.Select(flag => flag == Musl ? "-static" : flag)];
        using Process compiler = Process.Start(new ProcessStartInfo(isCpp ? CppCompiler : isMusl ? MuslCompiler : Compiler, [.. flags, "-O2", "-w", "-o", output, source]) { RedirectStandardError = true })!;
        string messages = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, messages);
    }

    private static void Link(string source, string output)
    {
        NativeLibrary.Ensure(_ => { });
        Assert.Equal(0, new CompilerDriver(isCpp: false).Link(CompilerCall.Parse(["-O2", "-w", "-pthread", "-DLINKED", source]), output));
    }
}
