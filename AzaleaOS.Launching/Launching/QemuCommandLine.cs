using System.Globalization;

namespace AzaleaOS.Build.Launching;

/// <summary>The files of one QEMU run, found or made before it starts.</summary>
/// <param name="Iso">The CD image, if the machine boots from one.</param>
/// <param name="FirmwareCode">OVMF's code, read-only, if the firmware is UEFI.</param>
/// <param name="FirmwareVariables">OVMF's variables: a fresh copy, since old boot entries make later boots hang.</param>
internal sealed record QemuFiles(string? Iso = null, string? FirmwareCode = null, string? FirmwareVariables = null);

/// <summary>Translates a description into QEMU's command line.</summary>
internal static class QemuCommandLine
{
    /// <summary>The port of the isa-debug-exit device; the kernel ends the machine through it.</summary>
    internal const int DebugExitPort = 0xf4;

    /// <summary>The model with every feature that the accelerator has.</summary>
    internal const string DefaultCpu = "max";

    /// <summary>All words behind <c>qemu-system-x86_64</c>.</summary>
    /// <param name="machine">A checked description.</param>
    /// <param name="files">The files of this run.</param>
    /// <param name="accelerator">TCG or KVM, already decided.</param>
    internal static IReadOnlyList<string> For(MachineDescription machine, QemuFiles files, Accelerator accelerator)
    {
        var words = new List<string>
        {
            "-machine", MachineNames.Of(machine.Kind),
            "-accel", accelerator == Accelerator.Kvm ? "kvm" : "tcg",
            "-cpu", CpuModel(machine),
            "-smp", Smp(machine),
            "-m", machine.Memory.ToString(),
            "-nodefaults",
            "-no-user-config",
            "-no-reboot",
            "-serial", "stdio",
            "-device", string.Create(CultureInfo.InvariantCulture, $"isa-debug-exit,iobase=0x{DebugExitPort:x},iosize=4"),
        };
        AddDisplay(words, machine);
        if (machine.CountInstructions)
            words.AddRange(["-icount", "shift=0,sleep=off"]);
        if (machine.GdbPort is { } port)
            words.AddRange(["-gdb", string.Create(CultureInfo.InvariantCulture, $"tcp:127.0.0.1:{port}"), "-S"]);
        AddFirmware(words, files);
        if (machine.BootsFromIso)
            words.AddRange(["-drive", $"file={Escape(files.Iso!)},format=raw,if=none,id=cd,readonly=on,media=cdrom", "-device", "ide-cd,drive=cd,bootindex=0"]);
        else
            AddKernel(words, machine);
        words.AddRange(machine.ExtraArguments);
        return words;
    }

    private static string CpuModel(MachineDescription machine)
    {
        string model = machine.CpuModel ?? DefaultCpu;
        if (model.Contains("x2apic", StringComparison.Ordinal))
            return model;
        if (machine.Cpus > MachineLimits.XApicCpus)
            return model + ",+x2apic";

        // Counting instructions, QEMU ends with "Bad icount read" when the timer is set through x2APIC's registers: unlike
        // memory, an MSR may be written in the middle of a translated block.
        return machine.CountInstructions ? model + ",-x2apic" : model;
    }

    private static string Smp(MachineDescription machine) => machine.EffectiveTopology is { } topology
        ? string.Create(CultureInfo.InvariantCulture, $"{machine.Cpus},sockets={topology.Sockets},cores={topology.Cores},threads={topology.Threads}")
        : machine.Cpus.ToString(CultureInfo.InvariantCulture);

    private static void AddDisplay(List<string> words, MachineDescription machine)
    {
        if (machine.Display == MachineDisplay.None)
            words.AddRange(["-display", "none"]);
        else if (machine.Kind != MachineKind.MicroVm)
            words.AddRange(["-vga", "std"]);
    }

    private static void AddFirmware(List<string> words, QemuFiles files)
    {
        if (files.FirmwareCode is null || files.FirmwareVariables is null)
            return;
        words.AddRange(["-drive", $"if=pflash,format=raw,unit=0,readonly=on,file={Escape(files.FirmwareCode)}"]);
        words.AddRange(["-drive", $"if=pflash,format=raw,unit=1,file={Escape(files.FirmwareVariables)}"]);
    }

    private static void AddKernel(List<string> words, MachineDescription machine)
    {
        words.AddRange(["-kernel", machine.Kernel!]);
        if (machine.Initramfs is { } initramfs)
            words.AddRange(["-initrd", initramfs]);
        if (machine.CommandLine.Count > 0)
            words.AddRange(["-append", KernelCommandLine.Join(machine.CommandLine)]);
    }

    /// <summary>A comma separates QEMU's options; a doubled one is a comma.</summary>
    private static string Escape(string path) => path.Replace(",", ",,", StringComparison.Ordinal);
}
