using System.Globalization;
using AzaleaOS.Bench.Guests;
using AzaleaOS.Bench.Programs;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench;

/// <summary>Instructions that all cores together execute from the kernel's entry to <c>main</c> of a static program of C.</summary>
/// <remarks>
/// Counted by a plugin of QEMU, Tests/Bench/Programs/instructions.c, which says why: where several cores start, the clock
/// of <c>-icount</c> counts more than was executed.
/// </remarks>
internal sealed class EntryToMain
{
    /// <summary>The name of the results, before that of the machine.</summary>
    internal const string Name = "entry-to-main-";

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(4);

    private readonly string _work;
    private readonly string _program;
    private readonly string _plugin;
    private readonly ulong _main;

    /// <summary>Compiles the program and the plugin into a folder.</summary>
    internal EntryToMain(string work)
    {
        _work = work;
        _program = Path.Combine(work, "nothing");
        _plugin = InstructionPlugin.Compile(work);
        File.WriteAllText(_program + ".c", "int main(void) { return 0; }\n");
        _ = ToolProcess.Run("/usr/bin/gcc", ["-O2", "-static", "-o", _program, _program + ".c"]);
        _main = ElfFile.Open(_program).Symbols.First(symbol => symbol.Name == "main").Value;
    }

    /// <summary>The machines of the report: what they are called, their cores, their memory.</summary>
    internal static IReadOnlyList<(string Name, int Cores, MemorySize Memory)> Machines { get; } =
    [
        ("64-MiB", 1, MemorySize.Mebibytes(64)),
        ("16-GiB", 1, MemorySize.Gibibytes(16)),
        ("2-cores", 2, MemorySize.Mebibytes(256)),
        ("4-cores", 4, MemorySize.Mebibytes(256)),
        ("16-cores", 16, MemorySize.Mebibytes(256)),
        ("64-cores", 64, MemorySize.Mebibytes(256)),
    ];

    /// <summary>Boots one machine and counts.</summary>
    /// <exception cref="LaunchException">The program did not end as it should, or the plugin counted nothing.</exception>
    internal long Count(int cores, MemorySize memory, CancellationToken cancellation)
    {
        string kernel = Guest.ImageOf("Runner");
        string result = Path.Combine(_work, string.Create(CultureInfo.InvariantCulture, $"count-{cores}-{memory.InMebibytes}"));
        var machine = new MachineDescription
        {
            Kernel = kernel,
            Initramfs = _program,
            CommandLine = [KernelCommandLine.ProgramSeparator, "/program"],
            Cpus = cores,
            Memory = memory,
            CountInstructions = true,
            Timeout = s_timeout,
        };
        return new CountedRun(_plugin, result).Run(machine, InstructionPlugin.EntryOf(kernel), _main, programsOnly: false, cancellation).Sum();
    }
}
