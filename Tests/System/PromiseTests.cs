using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Machines;

/// <summary>What the kernel promises to the code that runs on it.</summary>
public sealed class PromiseTests
{
    [Theory]
    [InlineData("timer")]
    [InlineData("timer-late")]
    [InlineData("frequency")]
    [InlineData("interrupt-registers")]
    [InlineData("exception-registers")]
    [InlineData("system-call-registers")]
    [InlineData("switch")]
    [InlineData("memory")]
    public async Task A_promise_is_kept_on_one_core(string test)
        => await Promise.Machine.Test(test).IsKept();

    [Theory]
    [InlineData("run-on-cores")]
    [InlineData("vectors-on-cores")]
    public async Task A_promise_is_kept_on_many_cores(string test)
        => await (Promise.Machine with { Cpus = 8 }).Test(test).IsKept();

    [Theory]
    [InlineData(MachineKind.MicroVm, "timer")]
    [InlineData(MachineKind.MicroVm, "frequency")]
    [InlineData(MachineKind.Pc, "timer")]
    [InlineData(MachineKind.Bochs, "timer")]
    [InlineData(MachineKind.Bochs, "frequency")]
    [InlineData(MachineKind.Bochs, "interrupt-registers")]
    [InlineData(MachineKind.Bochs, "system-call-registers")]
    public async Task A_promise_is_kept_on_every_machine(MachineKind kind, string test)
        => await (Promise.Machine with { Kind = kind, Timeout = TimeSpan.FromMinutes(3) }).Test(test).IsKept();

    [Fact]
    public async Task A_core_wakes_for_work_although_its_monitor_misses_the_store()
        => await (Promise.Machine with { Kind = MachineKind.Bochs, Cpus = 2, Timeout = TimeSpan.FromMinutes(3) })
            .Test("run-on-cores").IsKept();

    [Fact]
    public async Task The_text_screen_shows_what_is_written()
        => await (Promise.Machine with { ExtraArguments = ["-device", "VGA"] }).Test("screen").IsKept();

    [Theory]
    [InlineData("qemu64")]
    [InlineData("max,-xsave")]
    [InlineData("max,-x2apic")]
    [InlineData("max,-avx")]
    public async Task Vector_units_are_on_whatever_the_processor_has(string model)
        => await (Promise.Machine with { CpuModel = model, Cpus = 2 }).Test("vectors-on-cores").IsKept();

    [Theory]
    [InlineData("memory-near")]
    [InlineData("memory-nearest")]
    public async Task Memory_comes_from_the_node_that_the_firmware_says_is_nearest(string test)
        => await (Promise.Machine with
        {
            Cpus = 6,
            Memory = MemorySize.Mebibytes(192),
            ExtraArguments =
            [
                .. Enumerable.Range(0, 3).SelectMany(node => new[]
                {
                    "-object", $"memory-backend-ram,id=m{node},size=64M", "-numa", $"node,nodeid={node},memdev=m{node},cpus={2 * node}-{(2 * node) + 1}",
                }),
                "-numa", "dist,src=0,dst=1,val=40", "-numa", "dist,src=0,dst=2,val=20", "-numa", "dist,src=1,dst=2,val=20",
            ],
        }).Test(test).IsKept();

    [Fact]
    public async Task AVX_512_is_on_where_the_processor_has_it()
        => await (Promise.Machine with { Kind = MachineKind.Bochs, Timeout = TimeSpan.FromMinutes(3) }).Test("vectors-on-cores")
            .Ends(0, "vector state: components 0xe7");

    [Fact]
    public async Task Lines_of_several_cores_do_not_mix()
    {
        MachineResult result = await (Promise.Machine with { Cpus = 4 }).Test("interleave").Ends(0, "writes line");

        string[] lines = [.. result.Log.Split('\n').Where(line => line.Contains("writes line", StringComparison.Ordinal))];
        Assert.Equal(4 * 50, lines.Length);
        Assert.All(lines, line => Assert.Matches(@"^core [0-3] writes line \d+ of 50$", line));
    }
}
