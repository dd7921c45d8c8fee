using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Machines;

/// <summary>Every machine and every way in leads to Run.</summary>
public sealed class BootTests
{
    [Theory]
    [InlineData(MachineKind.Q35, 1)]
    [InlineData(MachineKind.Q35, 2)]
    [InlineData(MachineKind.Q35, 4)]
    [InlineData(MachineKind.Q35, 16)]
    [InlineData(MachineKind.Pc, 1)]
    [InlineData(MachineKind.Pc, 4)]
    [InlineData(MachineKind.MicroVm, 1)]
    [InlineData(MachineKind.MicroVm, 4)]
    public async Task A_kernel_boots_directly_and_all_cores_answer(MachineKind kind, int cores)
        => await (Promise.Machine with { Kind = kind, Cpus = cores }).Test("ping").IsKept();

    [Theory]
    [InlineData(MachineKind.Q35, Firmware.Bios, 1)]
    [InlineData(MachineKind.Q35, Firmware.Bios, 4)]
    [InlineData(MachineKind.Pc, Firmware.Bios, 2)]
    [InlineData(MachineKind.Q35, Firmware.Uefi, 4)]
    [InlineData(MachineKind.Pc, Firmware.Uefi, 1)]
    [InlineData(MachineKind.Bochs, Firmware.Bios, 1)]
    [InlineData(MachineKind.Bochs, Firmware.Bios, 2)]
    public async Task A_kernel_boots_from_a_disc_and_all_cores_answer(MachineKind kind, Firmware firmware, int cores)
        => await (Promise.Machine with
        {
            Kind = kind,
            Firmware = firmware,
            Cpus = cores,
            Boot = BootMethod.Iso,
            Timeout = TimeSpan.FromMinutes(3),
        }).Test("ping").IsKept();

    [Fact]
    public async Task A_processor_without_x2APIC_and_XSAVE_is_enough()
        => await (Promise.Machine with { CpuModel = "qemu64", Cpus = 4 }).Test("ping").IsKept();

    // The entry code's tables and the trampoline's then have pages of 2 MiB.
    [Fact]
    public async Task A_processor_without_pages_of_1_GiB_is_enough()
        => await (Promise.Machine with { CpuModel = "max,-pdpe1gb", Cpus = 2 }).Test("ping").IsKept();

    [Theory]
    [InlineData(MachineKind.Q35)]
    [InlineData(MachineKind.MicroVm)]
    public async Task Three_mebibytes_of_memory_are_enough(MachineKind kind)
        => await (Promise.Machine with { Kind = kind, Memory = MemorySize.Mebibytes(3) }).Test("hello").IsKept();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task No_more_cores_are_started_than_the_option_says(int cores)
        => await (Promise.Machine with { Cpus = 4 }).Test("hello", $"cpus={cores}", "cores=wait")
            .Ends(0, $"cores: {cores} up");

    [Theory]
    [InlineData(MachineKind.Q35, "exit=acpi", 0)]
    [InlineData(MachineKind.Pc, "exit=acpi", 0)]
    [InlineData(MachineKind.Q35, "exit=debug", 0x81)]
    [InlineData(MachineKind.MicroVm, "exit=debug", 0x81)]
    public async Task A_machine_is_switched_off_the_way_that_was_asked_for(MachineKind kind, string option, int emulatorStatus)
    {
        MachineResult result = await (Promise.Machine with { Kind = kind }).Test("hello", option).Run();

        Assert.True(result is { Ending: MachineEnding.Exited, Status: 0 } && result.EmulatorStatus == emulatorStatus, result.ToString());
    }

    [Fact]
    public async Task The_first_test_of_the_image_says_hello()
    {
        MachineResult result = await Promise.Machine.Test("hello").Run();

        Assert.Equal((0, "hello\nkept\n", ""), (result.Status, result.Output, result.Log));
    }

    [Fact]
    public async Task The_boot_takes_less_than_two_million_instructions_and_the_same_in_sixteen_gibibytes()
    {
        long small = await BootTicks(MemorySize.Mebibytes(256));
        long large = await BootTicks(MemorySize.Gibibytes(16));

        Assert.InRange(small, 1, 2_000_000);
        Assert.InRange((double)large / small, 0.95, 1.05);
    }

    [Fact]
    public async Task Two_boots_with_counted_instructions_are_the_same_to_the_tick()
        => Assert.Equal(await BootTicks(MemorySize.Mebibytes(256)), await BootTicks(MemorySize.Mebibytes(256)));

    private static async Task<long> BootTicks(MemorySize memory)
    {
        MachineResult result = await (Promise.Machine with { Memory = memory, CountInstructions = true })
            .Test("hello", "bootstat").Ends(0, "boot: ");
        string line = result.Log.Split('\n').Single(line => line.StartsWith("boot: ", StringComparison.Ordinal));
        return long.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
