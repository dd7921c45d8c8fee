using System.Diagnostics;
using System.Globalization;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>The kernel with the files of its Linux peer: <c>sideloader run --root</c> for each run, on tmpfs as the Linux beside it.</summary>
internal sealed class PeerHost(string program) : IScriptHost
{
    private static readonly string s_command = RunnerImage.Find("Sideloader", "sideloader");
    private static readonly string s_image = RunnerImage.Find("UserApps/Sideloaded", "Sideloaded.stripped.elf");
    private static int s_roots;

    public (string Output, int Status) Run(string script, int first)
    {
        string home = $"/dev/shm/azalea-peer-{Environment.ProcessId}-{Interlocked.Increment(ref s_roots)}";
        string root = Path.Combine(home, "root");
        ScriptFiles.CreateOnHost(root, program, script);
        File.SetUnixFileMode(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            var start = new ProcessStartInfo(s_command, ["run", program, "--image", s_image, "--root", root, "--accel", "tcg", "--timeout", "60", "--no-promote", "--",
                ScriptFiles.Script, first.ToString("x", CultureInfo.InvariantCulture)])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["XDG_RUNTIME_DIR"] = home;
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            // Whoever dies by a signal has a report, which is the kernel's own.
            return process.ExitCode is 64 or 66 or 69 or 125 ? throw new InvalidOperationException(errors.Result) : (output, process.ExitCode);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }
}
