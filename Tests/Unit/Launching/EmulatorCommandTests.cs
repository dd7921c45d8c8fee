using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Unit.Launching;

/// <summary>What becomes of a description before anything runs.</summary>
public class EmulatorCommandTests
{
    private static readonly MachineDescription s_plain = new() { Kernel = "/k.elf" };

    [Fact]
    public void A_plain_machine_is_one_core_of_q35_with_its_console_on_standard_output()
        => Assert.Equal(
            "-machine q35 -accel tcg -cpu max -smp 1 -m 256M -nodefaults -no-user-config -no-reboot -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 -display none -kernel /k.elf",
            Qemu(s_plain));

    [Theory]
    [InlineData(255, "max", "255")]
    [InlineData(256, "max,+x2apic", "256,sockets=1,cores=64,threads=4")]
    [InlineData(257, "max,+x2apic", "257,sockets=1,cores=257,threads=1")]
    [InlineData(288, "max,+x2apic", "288,sockets=1,cores=72,threads=4")]
    public void More_than_255_cores_have_x2APIC_and_a_topology(int cpus, string cpu, string smp)
        => Assert.Contains($"-cpu {cpu} -smp {smp} ", Qemu(s_plain with { Cpus = cpus }), StringComparison.Ordinal);

    [Fact]
    public void Everything_that_a_description_says_is_on_the_command_line()
    {
        string words = Qemu(s_plain with
        {
            Kind = MachineKind.Pc,
            Cpus = 8,
            Topology = new CpuTopology(2, 2, 2),
            CpuModel = "Skylake-Server",
            Memory = MemorySize.Gibibytes(16),
            CountInstructions = true,
            GdbPort = 4321,
            Initramfs = "/files.cpio",
            CommandLine = ["trace", "--", "a b"],
            ExtraArguments = ["-d", "int"],
            Display = MachineDisplay.Window,
        });
        foreach (string part in (string[])
            [
                "-machine pc", "-smp 8,sockets=2,cores=2,threads=2", "-cpu Skylake-Server,-x2apic ", "-m 16G", "-icount shift=0,sleep=off",
                "-gdb tcp:127.0.0.1:4321 -S", "-initrd /files.cpio", "-append trace -- \"a b\"", "-d int", "-vga std",
            ])
        {
            Assert.Contains(part, words, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_ISO_is_a_read_only_CD_and_commas_in_its_name_are_doubled()
    {
        string words = Qemu(s_plain with { Boot = BootMethod.Iso }, new QemuFiles("/a,b.iso"));
        Assert.Contains("file=/a,,b.iso,format=raw,if=none,id=cd,readonly=on,media=cdrom", words, StringComparison.Ordinal);
        Assert.DoesNotContain("-kernel", words, StringComparison.Ordinal);
    }

    [Fact]
    public void UEFI_is_read_only_code_and_its_own_variables()
    {
        string words = Qemu(s_plain with { Firmware = Firmware.Uefi }, new QemuFiles("/a.iso", "/CODE.fd", "/run/VARS.fd"));
        Assert.Contains("unit=0,readonly=on,file=/CODE.fd", words, StringComparison.Ordinal);
        Assert.Contains("unit=1,file=/run/VARS.fd", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Bochs_gets_the_same_description_as_a_file()
    {
        string text = BochsConfiguration.For(
            s_plain with { Kind = MachineKind.Bochs, Cpus = 4, Memory = MemorySize.Mebibytes(64), ExtraArguments = ["magic_break: enabled=1"] },
            new BochsHost("/rom", "/vga", "term", 5555));
        foreach (string line in (string[])
            [
                "cpu: model=corei7_skylake_x, count=4, ips=50000000, reset_on_triple_fault=0", "memory: guest=64, host=64", "display_library: term",
                "romimage: file=/rom", "vgaromimage: file=/vga", "com1: enabled=1, mode=socket-client, dev=127.0.0.1:5555", "magic_break: enabled=1",
            ])
        {
            Assert.Contains(line + "\n", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain('@', text);
    }

    [Theory]
    [InlineData("256", 256L << 20)]
    [InlineData("4096K", 4L << 20)]
    [InlineData("64M", 64L << 20)]
    [InlineData("64MiB", 64L << 20)]
    [InlineData("16G", 16L << 30)]
    [InlineData("1t", 1L << 40)]
    public void Amounts_of_memory_are_read_as_QEMU_reads_them(string text, long bytes)
    {
        Assert.True(MemorySize.TryParse(text, out MemorySize size));
        Assert.Equal(bytes, size.Bytes);
        Assert.True(MemorySize.TryParse(size.ToString(), out MemorySize again));
        Assert.Equal(size, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("M")]
    [InlineData("-1M")]
    [InlineData("1.5G")]
    [InlineData("1X")]
    [InlineData("99999999999999999999G")]
    [InlineData("9999999999T")]
    public void What_is_no_amount_of_memory_is_refused(string text) => Assert.False(MemorySize.TryParse(text, out _));

    [Fact]
    public void A_description_that_makes_no_sense_is_refused_before_anything_starts()
    {
        string kernel = typeof(EmulatorCommandTests).Assembly.Location;
        MachineDescription good = new() { Kernel = kernel };
        MachineLimits.Check(good);
        MachineDescription[] wrong =
        [
            good with { Kernel = null },
            good with { Cpus = 0 },
            good with { Cpus = 256, Kind = MachineKind.Pc },
            good with { Cpus = 289, Kind = MachineKind.MicroVm },
            good with { Cpus = 57, Kind = MachineKind.MicroVm, Initramfs = kernel },
            good with { Cpus = 9, Kind = MachineKind.Bochs },
            good with { Cpus = 5000 },
            good with { Cpus = 4, Topology = new CpuTopology(1, 2, 1) },
            good with { Memory = MemorySize.Mebibytes(1) },
            good with { Memory = MemorySize.Gibibytes(2000) },
            good with { Memory = MemorySize.Gibibytes(4), Kind = MachineKind.Bochs },
            good with { Memory = MemorySize.Mebibytes(32), Firmware = Firmware.Uefi },
            good with { Kind = MachineKind.MicroVm, Boot = BootMethod.Iso },
            good with { Kind = MachineKind.Bochs, CountInstructions = true },
            good with { Kind = MachineKind.Bochs, Firmware = Firmware.Uefi },
            good with { Kind = MachineKind.Bochs, GdbPort = 1234 },
            good with { CountInstructions = true, Accelerator = Accelerator.Kvm },
            good with { GdbPort = 70000 },
            good with { Timeout = TimeSpan.Zero },
        ];
        foreach (MachineDescription machine in wrong)
            Assert.Equal(ExitStatus.Usage, Assert.Throws<LaunchException>(() => MachineLimits.Check(machine)).ExitStatus);
        Assert.Equal(ExitStatus.NoInput, Assert.Throws<LaunchException>(() => MachineLimits.Check(good with { Initramfs = "/no/such" })).ExitStatus);
    }

    [Fact]
    public void A_missing_emulator_is_named()
    {
        MachineDescription machine = new() { Kernel = typeof(EmulatorCommandTests).Assembly.Location };
        var run = new MachineRun(new HostTools([]), machine, new MachineStreams());
        LaunchException error = Assert.Throws<LaunchException>(() => run.Execute(CancellationToken.None));
        Assert.Equal((ExitStatus.Unavailable, "qemu-system-x86_64 is not installed; it runs the machine"), (error.ExitStatus, error.Problem));
    }

    [Theory]
    [InlineData("qemu-system-x86_64: warning: TCG doesn't support requested feature: CPUID.01H:EDX.ht [bit 28]")]
    [InlineData("qemu-system-x86_64: warning: This family of AMD CPU doesn't support hyperthreading(4)")]
    [InlineData("00000000000i[PLUGIN] loaded plugin libbx_serial.so")]
    [InlineData("ALSA lib confmisc.c:855:(parse_card) cannot find card '0'")]
    [InlineData("")]
    public void Noise_of_emulators_is_known(string line) => Assert.True(EmulatorNoise.Matches(line));

    [Theory]
    [InlineData("qemu-system-x86_64: -bogus: invalid option")]
    [InlineData("[CPU0  ] exception(): 3rd (13) exception with no resolution")]
    public void What_is_not_noise_is_shown(string line) => Assert.False(EmulatorNoise.Matches(line));

    private static string Qemu(MachineDescription machine, QemuFiles? files = null)
        => string.Join(' ', QemuCommandLine.For(machine, files ?? new QemuFiles(), Accelerator.Tcg));
}
