using AzaleaOS.Bench.Reports;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench;

/// <summary>Shows the results of <see cref="MicroBench"/>: a table, JSON.</summary>
internal sealed class MicroReport(IReadOnlyList<Measurement> all) : IReport
{
    // What it is called in the results, in words.
    private static readonly (string Name, string Words)[] s_costs =
    [
        ("getpid", "getpid by syscall"),
        ("clock_gettime", "clock_gettime through libc"),
        ("sched_yield", "sched_yield, alone"),
        ("mmap-munmap", "mmap and munmap of 4 KiB"),
        ("first-touch", "first touch of a 4 KiB page"),
        ("create-join", "pthread_create and pthread_join"),
        ("ping-pong", "semaphore there and back, one core"),
        ("entry-to-main", "kernel entry to main"),
    ];

    /// <inheritdoc/>
    public string Json => ResultFile.Json(all);

    /// <inheritdoc/>
    public string Text => string.Join('\n',
        "instructions of the same static executable in QEMU (TCG, -icount shift=0), 1 core, 256 MiB\n",
        ResultTable.Write(["what", "AzaleaOS", "Linux", "Linux / AzaleaOS"], [.. s_costs.Select(cost => (IReadOnlyList<string>)
        [
            cost.Words,
            BarChart.Number(Value(cost.Name)),
            BarChart.Number(Value(cost.Name + MicroBench.OfLinux)),
            BarChart.Number(Value(cost.Name + MicroBench.OfLinux) / Value(cost.Name)),
        ])]),
        $"detours in 2,000,000 turns of a loop: {Value("noise")}, on Linux {Value("noise" + MicroBench.OfLinux)}",
        $"kernel entry to main on other machines: {string.Join(", ", EntryToMain.Machines.Select(machine => $"{machine.Name} {BarChart.Number(Value(EntryToMain.Name + machine.Name))}"))}",
        $"smallest memory for a static glibc program: {Value("smallest-memory")} MiB",
        $"kernel image: {BarChart.Number(Value("kernel-image"))} bytes\n");

    /// <inheritdoc/>
    public void Save(string folder) => ResultFile.Save(this, folder, "micro");

    private double Value(string name) => all.FirstOrDefault(one => one.Name == name)?.Value
        ?? throw new LaunchException("AZ7206", $"the bench gave no {name}", null, ExitStatus.Failure);
}
