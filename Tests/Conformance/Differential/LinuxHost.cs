using System.Diagnostics;
using System.Globalization;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>The Linux of this host: a process in a root directory of its own, in memory.</summary>
internal sealed class LinuxHost(string program) : IScriptHost
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);
    private static int s_roots;

    public (string Output, int Status) Run(string script, int first)
    {
        // tmpfs, as the kernel's own files: what a file system decides is then the same.
        string root = $"/dev/shm/azalea-{Environment.ProcessId}-{Interlocked.Increment(ref s_roots)}";
        ScriptFiles.CreateOnHost(root, program, script);
        try
        {
            var start = new ProcessStartInfo("/bin/sh",
                ["-c", "ulimit -n 1024; ulimit -c 0; umask 022; exec chroot \"$0\" \"$@\" </dev/null", root, ScriptFiles.Program, ScriptFiles.Script, first.ToString("x", CultureInfo.InvariantCulture)])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            bool hangs = !process.WaitForExit(s_timeout);
            if (hangs)
                process.Kill();
            process.WaitForExit();
            if (errors.Result.Length > 0)
                throw new InvalidOperationException($"a root directory of its own needs root's rights: {errors.Result}");
            return (output.Result, hangs ? 124 : process.ExitCode);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
