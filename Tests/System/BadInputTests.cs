using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Machines;

/// <summary>Whatever a loader or a user says wrongly gives a message and a status, never a hang.</summary>
public sealed class BadInputTests
{
    private const uint KernelStart = 0x10_0000;
    private const ulong Mebibyte = 1 << 20;

    private static MachineDescription Machine => Promise.Machine with { Timeout = TimeSpan.FromSeconds(20) };

    private static Multiboot2Information Good => new Multiboot2Information()
        .CommandLine("test=hello")
        .Memory((0, 0x9_f000), (Mebibyte, 255 * Mebibyte));

    [Fact]
    public async Task What_the_loader_says_rightly_boots()
        => await Machine.BootedByMultiboot2(Good.Acpi().ToBytes()).IsKept();

    [Theory]
    [InlineData("verbos", "unknown option: verbos")]
    [InlineData("cpus=many", "bad value: cpus=many")]
    [InlineData("cpus=0", "bad value: cpus=0")]
    [InlineData("exit=please", "bad value: exit=please")]
    public async Task A_wrong_option_is_named(string option, string message)
        => await Machine.Test("hello", option).Ends(2, $"error: kernel command line: {message}");

    [Fact]
    public async Task A_tag_that_runs_past_the_end_is_refused()
        => await Machine.BootedByMultiboot2(Good.Tag(99, [], length: 4096).ToBytes())
            .Ends(1, "error: a multiboot2 tag runs past the end of the boot information");

    [Fact]
    public async Task A_tag_shorter_than_its_header_is_refused()
        => await Machine.BootedByMultiboot2(Good.Tag(99, [], length: 4).ToBytes())
            .Ends(1, "error: a multiboot2 tag is too short");

    [Fact]
    public async Task Tags_without_an_end_are_refused()
        => await Machine.BootedByMultiboot2(Good.ToBytes(withEnd: false))
            .Ends(1, "error: the multiboot2 tags have no end tag");

    [Fact]
    public async Task A_machine_without_a_memory_map_is_refused()
        => await Machine.BootedByMultiboot2(new Multiboot2Information().CommandLine("test=hello").ToBytes())
            .Ends(1, "error: the boot loader gave no memory map");

    [Fact]
    public async Task A_memory_map_without_the_kernel_in_it_is_refused()
        => await Machine.BootedByMultiboot2(new Multiboot2Information().Memory((64 * Mebibyte, 64 * Mebibyte)).ToBytes())
            .Ends(1, "error: the memory map has no RAM where the kernel is");

    [Fact]
    public async Task Too_little_memory_is_refused()
        => await Machine.BootedByMultiboot2(new Multiboot2Information().Memory((0, 0x9_f000), (Mebibyte, 3 * Mebibyte / 4)).ToBytes())
            .Ends(1, "error: too little memory");

    [Fact]
    public async Task A_module_that_overlaps_the_kernel_is_refused()
        => await Machine.BootedByMultiboot2(Good.Module(KernelStart + 0x1000, KernelStart + 0x2000).ToBytes())
            .Ends(1, "error: a boot module overlaps the kernel");

    [Fact]
    public async Task A_module_outside_memory_is_refused()
        => await Machine.BootedByMultiboot2(Good.Module(0xe000_0000, 0xe000_1000).ToBytes())
            .Ends(1, "error: a boot module lies outside memory, give the machine more (AZ8003): address 0xe0000000");

    [Fact]
    public async Task A_root_pointer_with_a_wrong_checksum_is_refused()
        => await Machine.BootedByMultiboot2(Good.Acpi(breakPointer: true).ToBytes())
            .Ends(1, "error: ACPI: table with a wrong checksum");

    [Fact]
    public async Task A_core_table_with_a_wrong_checksum_is_refused()
        => await Machine.BootedByMultiboot2(Good.Acpi(breakCores: true).ToBytes())
            .Ends(1, "error: ACPI: table with a wrong checksum: APIC");
}
