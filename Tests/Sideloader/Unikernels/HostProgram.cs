using System.Diagnostics;

namespace AzaleaOS.Tests.Sideloader.Unikernels;

/// <summary>A program of the folder Programs, compiled into a static executable.</summary>
internal static class HostProgram
{
    /// <summary>Compiles it.</summary>
    /// <param name="name">The source, without ".c".</param>
    /// <param name="output">The executable.</param>
    /// <param name="kind">What it is to be, if not a static executable.</param>
    internal static void Compile(string name, string output, params string[] kind)
    {
        string source = Path.Combine(AppContext.BaseDirectory, "Programs", name + ".c");
        using Process compiler = Process.Start(new ProcessStartInfo("/usr/bin/gcc", [.. kind.Length == 0 ? ["-static"] : kind, "-O2", "-w", "-pthread", "-o", output, source]) { RedirectStandardError = true })!;
        string messages = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, messages);
    }

    /// <summary>Runs it on this host, with a character device for standard input as in the unikernel, whatever the test's own is.</summary>
    internal static (int Status, string Output) Run(string program, string directory, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" < /dev/null", program, .. arguments]) { WorkingDirectory = directory, RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
