namespace AzaleaOS.Build.Launching;

/// <summary>
/// Finds out by a boot whether KVM works here: /dev/kvm exists in many sandboxes and nested machines where no guest runs.
/// </summary>
internal static class KvmProbe
{
    private const int RomSize = 64 * 1024;
    private const int ResetVector = RomSize - 16;
    private const int Passed = (0x10 << 1) | 1;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    /// <summary>mov al, 10h; out 0F4h, al; hlt; jmp $-1: at the reset vector of a ROM that holds nothing else.</summary>
    private static ReadOnlySpan<byte> ResetCode => [0xB0, 0x10, 0xE6, QemuCommandLine.DebugExitPort, 0xF4, 0xEB, 0xFD];

    /// <summary>TCG or KVM for what a description asks.</summary>
    internal static Accelerator Decide(MachineDescription machine, string qemu)
    {
        if (machine.Accelerator == Accelerator.Tcg)
            return Accelerator.Tcg;
        string? problem = File.Exists("/dev/kvm") ? TestBoot(qemu, "kvm", machine.CpuModel ?? QemuCommandLine.DefaultCpu) : "there is no /dev/kvm";
        if (problem is null)
            return Accelerator.Kvm;
        if (machine.Accelerator == Accelerator.Kvm)
            throw LaunchException.Unavailable("AZ7104", $"KVM does not work on this host: {problem}", "leave --accel kvm out, or use --accel auto");
        return Accelerator.Tcg;
    }

    /// <summary>Boots a ROM of seven bytes of code; null if it ran, else what went wrong.</summary>
    /// <remarks>With the processor that the machine will have: some hosts run plain guests and refuse the newest registers.</remarks>
    internal static string? TestBoot(string qemu, string accelerator, string cpu)
    {
        string rom = Path.GetTempFileName();
        try
        {
            byte[] image = new byte[RomSize];
            ResetCode.CopyTo(image.AsSpan(ResetVector));
            File.WriteAllBytes(rom, image);
            string? said = null;
            var process = new EmulatorProcess
            {
                FileName = qemu,
                Arguments =
                [
                    "-machine", "pc", "-accel", accelerator, "-cpu", cpu, "-m", "2M", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
                    "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-bios", rom,
                ],
                Timeout = s_timeout,
                OnOutput = static _ => { },
                OnErrorLine = line => said ??= EmulatorNoise.Matches(line) ? null : line,
            };
            return process.Run(CancellationToken.None) switch
            {
                (ProcessEnding.Ended, Passed) => null,
                (ProcessEnding.TimedOut, _) => "the test machine hung",
                _ => said ?? "the test machine did not run",
            };
        }
        finally
        {
            File.Delete(rom);
        }
    }
}
