namespace AzaleaOS.Build.Launching;

/// <summary>
/// A machine and what it boots, independent of the emulator: <see cref="Machine"/> turns it into a QEMU or a Bochs run.
/// </summary>
public sealed record MachineDescription
{
    /// <summary>The kernel ELF. Needed unless <see cref="Iso"/> is given.</summary>
    public string? Kernel { get; init; }

    /// <summary>The file system that the kernel gets as its boot module (a cpio archive), or another module; null for none.</summary>
    public string? Initramfs { get; init; }

    /// <summary>
    /// Words of the kernel command line, unquoted: options, then <c>--</c> and the program's argv.
    /// Not used with a ready <see cref="Iso"/>, which holds its own.
    /// </summary>
    public IReadOnlyList<string> CommandLine { get; init; } = [];

    /// <summary>Direct or by ISO. Bochs, UEFI and a ready <see cref="Iso"/> always mean ISO.</summary>
    public BootMethod Boot { get; init; } = BootMethod.Direct;

    /// <summary>A ready ISO to boot; null to have one made from <see cref="Kernel"/> where <see cref="Boot"/> asks for it.</summary>
    public string? Iso { get; init; }

    /// <summary>The machine model.</summary>
    public MachineKind Kind { get; init; } = MachineKind.Q35;

    /// <summary>BIOS or UEFI.</summary>
    public Firmware Firmware { get; init; } = Firmware.Bios;

    /// <summary>Logical processors, from 1.</summary>
    public int Cpus { get; init; } = 1;

    /// <summary>Their grouping; null lets the machine choose.</summary>
    public CpuTopology? Topology { get; init; }

    /// <summary>The emulator's CPU model; null for the one with the most features (QEMU <c>max</c>, Bochs <c>corei7_skylake_x</c>).</summary>
    public string? CpuModel { get; init; }

    /// <summary>Guest memory.</summary>
    public MemorySize Memory { get; init; } = MemorySize.Mebibytes(256);

    /// <summary>What executes the instructions.</summary>
    public Accelerator Accelerator { get; init; } = Accelerator.Tcg;

    /// <summary>
    /// True: QEMU counts instructions and one instruction is one nanosecond of guest time (<c>-icount shift=0,sleep=off</c>),
    /// so that two runs read the same counters.
    /// </summary>
    public bool CountInstructions { get; init; }

    /// <summary>The run is stopped, and its status is 124, after this time; null for never.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>A TCP port of 127.0.0.1 where the machine waits for gdb before its first instruction; null for none.</summary>
    public int? GdbPort { get; init; }

    /// <summary>True: the emulator is in a session of its own, so that keys of this terminal send it no signals. Needs setsid(1).</summary>
    public bool OwnSession { get; init; }

    /// <summary>With or without a window.</summary>
    public MachineDisplay Display { get; init; } = MachineDisplay.None;

    /// <summary>More words for QEMU's command line, or lines for Bochs's configuration.</summary>
    public IReadOnlyList<string> ExtraArguments { get; init; } = [];

    /// <summary>True if the machine boots from a CD image.</summary>
    public bool BootsFromIso => Boot == BootMethod.Iso || Iso is not null || Kind == MachineKind.Bochs || Firmware == Firmware.Uefi;

    /// <summary>The grouping that will be used, or null for the emulator's own.</summary>
    /// <remarks>More than 255 processors need 32-bit APIC ids, and those a topology that says how wide each level is.</remarks>
    internal CpuTopology? EffectiveTopology => Topology ?? (Cpus > MachineLimits.XApicCpus ? CpuTopology.Manycore(Cpus) : null);
}
