using System.Diagnostics;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Requirements;

/// <summary>Installs missing tools.</summary>
internal static class Installer
{
    /// <summary>True if packages can be installed without asking anybody: as root, or by a sudo that wants no password.</summary>
    internal static bool IsAllowed(HostSystem system)
    {
        if (!system.HasApt)
            return false;
        if (system.IsRoot)
            return true;
        return system.Tools.FindProgram("sudo") is { } sudo && Execute(sudo, ["-n", "true"], quiet: true, CancellationToken.None) == 0;
    }

    /// <summary>Runs a plan. What APT says goes to standard error.</summary>
    /// <exception cref="LaunchException">A command failed, or there is no way to become root.</exception>
    internal static void Run(InstallPlan plan, HostSystem system, CancellationToken cancellation)
    {
        foreach (string command in plan.Commands)
        {
            (string program, string[] arguments) = system.IsRoot
                ? ("/bin/sh", new[] { "-c", command })
                : (system.Tools.Program("sudo", "lets you install packages"), ["/bin/sh", "-c", command]);
            int status = Execute(program, arguments, quiet: false, cancellation);
            cancellation.ThrowIfCancellationRequested();
            if (status != 0)
                throw LaunchException.Unavailable("AZ7105", $"the installation failed with status {status} in:  {command}");
        }
    }

    private static int Execute(string program, IReadOnlyList<string> arguments, bool quiet, CancellationToken cancellation)
    {
        // Standard output of a child goes to our standard error; the terminal stays its standard input, for sudo's question.
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // dpkg refuses to work without the administrator's directories, which "su" leaves out.
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        using Process process = Process.Start(start)!;
        using CancellationTokenRegistration registration = cancellation.Register(() => process.Kill(entireProcessTree: true));
        DataReceivedEventHandler copy = (_, line) =>
        {
            if (!quiet && !string.IsNullOrWhiteSpace(line.Data))
                Console.Error.WriteLine("        " + line.Data);
        };
        process.OutputDataReceived += copy;
        process.ErrorDataReceived += copy;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return process.ExitCode;
    }
}
