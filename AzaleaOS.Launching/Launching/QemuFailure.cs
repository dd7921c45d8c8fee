using System.Diagnostics;

namespace AzaleaOS.Build.Launching;

/// <summary>Turns QEMU's own refusals (status 1) into errors that say what to do.</summary>
internal static class QemuFailure
{
    /// <summary>The error for a QEMU that did not start the machine.</summary>
    internal static LaunchException Explain(MachineDescription machine, string qemu, string message)
    {
        string said = Strip(message);
        if (machine.Cpus > MachineLimits.XApicCpus && Version(qemu) is { } version && version < new Version(9, 0))
        {
            return LaunchException.Unavailable("AZ7102",
                $"qemu-system-x86_64 {version} cannot start more than 255 cores (x2APIC under TCG needs 9.0)", HostTools.InstallAdvice);
        }

        if (said.Contains("Cannot allocate memory", StringComparison.Ordinal) || said.Contains("cannot set up guest memory", StringComparison.Ordinal))
            return LaunchException.Usage("AZ7006", $"this host cannot give a guest {machine.Memory} of memory", "ask for less with --mem");
        if (said.Contains("PVH ELF Note", StringComparison.Ordinal))
            return LaunchException.NoInput("AZ7011", $"{machine.Kernel} has no PVH note: it is not a kernel that boots directly", "boot it with --iso");
        if (said.Contains("Address already in use", StringComparison.Ordinal))
            return LaunchException.Usage("AZ7012", $"port {machine.GdbPort} is in use", "choose another one with --gdb PORT");
        return LaunchException.Unavailable("AZ7103", $"QEMU refused the machine: {said}");
    }

    /// <summary>The version of a QEMU program, or null if it does not tell.</summary>
    internal static Version? Version(string qemu)
    {
        var start = new ProcessStartInfo(qemu, "--version") { RedirectStandardOutput = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return VersionText.Find(text);
    }

    private static string Strip(string message)
    {
        int colon = message.IndexOf(": ", StringComparison.Ordinal);
        return message.StartsWith("qemu-system", StringComparison.Ordinal) && colon > 0 ? message[(colon + 2)..] : message;
    }
}
