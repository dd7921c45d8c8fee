namespace AzaleaOS.Build.Launching;

/// <summary>What the machines can and cannot be, checked before anything is started.</summary>
internal static class MachineLimits
{
    /// <summary>APIC ids 0..254 fit in 8 bits; 255 is the broadcast address.</summary>
    internal const int XApicCpus = 255;

    /// <summary>Most processors QEMU's q35 machine takes.</summary>
    internal const int Q35Cpus = 4096;

    /// <summary>Most processors QEMU's microvm machine takes.</summary>
    internal const int MicroVmCpus = 288;

    /// <summary>With more, the firmware's ACPI tables need a second page, and QEMU puts a boot module over it.</summary>
    internal const int MicroVmCpusWithModule = 56;

    /// <summary>Bochs 2.7 runs out of timers with more (BX_MAX_TIMERS is 64).</summary>
    internal const int BochsCpus = 8;

    /// <summary>QEMU's translated processors have 40-bit physical addresses.</summary>
    private static readonly MemorySize s_mostQemu = MemorySize.Gibibytes(1000);

    private static readonly MemorySize s_mostBochs = MemorySize.Mebibytes(2048);

    /// <summary>The kernel is loaded at 1 MiB, and it and its data take less than another; below it is the firmware's.</summary>
    private static readonly MemorySize s_leastDirect = MemorySize.Mebibytes(2);

    private static readonly MemorySize s_leastGrubBios = MemorySize.Mebibytes(16);
    private static readonly MemorySize s_leastUefi = MemorySize.Mebibytes(96);

    /// <summary>Throws a <see cref="LaunchException"/> that says what is wrong with a description.</summary>
    internal static void Check(MachineDescription machine)
    {
        CheckFiles(machine);
        CheckCombination(machine);
        CheckCpus(machine);
        CheckMemory(machine);
        _ = KernelCommandLine.Join(machine.CommandLine);
        if (machine.GdbPort is < 1 or > 65535)
            throw LaunchException.Usage("AZ7008", $"{machine.GdbPort} is not a TCP port");
        if (machine.Timeout is { } timeout && timeout <= TimeSpan.Zero)
            throw LaunchException.Usage("AZ7009", "the timeout must be more than zero seconds");
    }

    private static void CheckFiles(MachineDescription machine)
    {
        if (machine.Kernel is null && machine.Iso is null)
            throw LaunchException.Usage("AZ7001", "nothing to boot: neither a kernel nor an ISO was given");
        foreach (string? file in (ReadOnlySpan<string?>)[machine.Kernel, machine.Initramfs, machine.Iso])
        {
            if (file is not null && !File.Exists(file))
                throw LaunchException.NoInput("AZ7002", $"{file}: no such file");
        }
    }

    private static void CheckCombination(MachineDescription machine)
    {
        if (machine.Kind == MachineKind.Bochs)
        {
            if (machine.Firmware == Firmware.Uefi)
                throw LaunchException.Usage("AZ7003", "Bochs has a BIOS only", "leave --uefi out, or use --machine q35");
            if (machine.CountInstructions)
                throw LaunchException.Usage("AZ7003", "only QEMU counts instructions", "use --icount with --machine q35, pc or microvm");
            if (machine.Accelerator == Accelerator.Kvm)
                throw LaunchException.Usage("AZ7003", "Bochs cannot use KVM", "leave --accel out");
            if (machine.GdbPort is not null)
                throw LaunchException.Usage("AZ7003", "Debian's Bochs has its own debugger and no gdb stub", "use --gdb with --machine q35");
        }

        if (machine.Kind == MachineKind.MicroVm && machine.BootsFromIso)
            throw LaunchException.Usage("AZ7003", "a microvm has no CD drive and boots directly only", "leave --iso and --uefi out, or use --machine q35");
        if (machine.CountInstructions && machine.Accelerator == Accelerator.Kvm)
            throw LaunchException.Usage("AZ7003", "KVM does not count instructions", "use --icount with --accel tcg");
    }

    private static void CheckCpus(MachineDescription machine)
    {
        int most = machine.Kind switch
        {
            MachineKind.Q35 => Q35Cpus,
            MachineKind.Pc => XApicCpus,
            MachineKind.MicroVm => MicroVmCpus,
            _ => BochsCpus,
        };
        string name = MachineNames.Of(machine.Kind);
        if (machine.Cpus < 1)
            throw LaunchException.Usage("AZ7004", $"{machine.Cpus} cores: a machine has at least one");
        if (machine.Cpus > most)
        {
            throw LaunchException.Usage("AZ7004", $"{machine.Cpus} cores are too many for {name}, which takes at most {most}",
                most < Q35Cpus ? "use --machine q35" : null);
        }

        if (machine.Kind == MachineKind.MicroVm && machine.Initramfs is not null && machine.Cpus > MicroVmCpusWithModule)
        {
            throw LaunchException.Usage("AZ7004", $"{machine.Cpus} cores are too many for a microvm with a program or files, which takes at most {MicroVmCpusWithModule}",
                "use --machine q35");
        }

        if (machine.Topology is { } topology && topology.Cpus != machine.Cpus)
        {
            throw LaunchException.Usage("AZ7005",
                $"{topology.Sockets} sockets of {topology.Cores} cores of {topology.Threads} threads are {topology.Cpus} processors, not {machine.Cpus}");
        }
    }

    private static void CheckMemory(MachineDescription machine)
    {
        MemorySize most = machine.Kind == MachineKind.Bochs ? s_mostBochs : s_mostQemu;
        if (machine.Memory > most)
            throw LaunchException.Usage("AZ7006", $"{machine.Memory} of memory are too much for {MachineNames.Of(machine.Kind)}, which takes at most {most}");
        if (machine.Kind == MachineKind.Bochs && machine.Memory.Bytes % (1 << 20) != 0)
            throw LaunchException.Usage("AZ7006", $"{machine.Memory}: Bochs takes memory in whole MiB");

        (MemorySize least, string who) = machine switch
        {
            { Firmware: Firmware.Uefi } => (s_leastUefi, "the UEFI firmware"),
            { BootsFromIso: true } => (s_leastGrubBios, "BIOS and GRUB"),
            _ => (s_leastDirect, "the kernel, which is loaded at 1 MiB,"),
        };

        // Of a kernel that boots directly, what is loaded counts, which is much less than a file with debug information.
        long payload = (machine.BootsFromIso ? Length(machine.Kernel) : 0) + Length(machine.Initramfs);
        MemorySize needed = MemorySize.Mebibytes((least.Bytes + payload + (1 << 20) - 1) >> 20);
        if (machine.Memory < needed)
        {
            throw LaunchException.Usage("AZ7007", payload == 0
                ? $"{machine.Memory} of memory are too little: {who} needs at least {needed}"
                : $"{machine.Memory} of memory are too little: {who} and {(payload + 1023) / 1024} KiB of image and files need at least {needed}");
        }
    }

    private static long Length(string? file) => file is null ? 0 : new FileInfo(file).Length;
}
