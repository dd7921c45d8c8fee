using AzaleaOS.Bench.Guests;
using AzaleaOS.Bench.Programs;
using AzaleaOS.Bench.Reports;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Bench;

/// <summary>What programs do most, in instructions: the same static executable in Linux and in the libOS.</summary>
/// <param name="work">A folder for the program, and for a fetched Linux kernel.</param>
/// <param name="note">Takes lines of progress.</param>
internal sealed class MicroBench(string work, Action<string> note)
{
    /// <summary>The end of the names of Linux's numbers.</summary>
    internal const string OfLinux = "-linux";

    // In MiB, large ones first.
    private static readonly int[] s_memories = [64, 16, 8, 6, 5, 4, 3, 2];

    /// <summary>Measures everything.</summary>
    internal IReadOnlyList<Measurement> Run(CancellationToken cancellation)
    {
        Directory.CreateDirectory(work);
        string kernel = CloudKernel.FindOrFetch(work, note);
        string program = Path.Combine(work, "micro");
        string source = Path.Combine(SourceTree.Root, "Tests", "Bench", "Programs", "micro.c");
        _ = ToolProcess.Run("/usr/bin/gcc", ["-O2", "-static", "-pthread", "-o", program, source]);

        note("the libOS in QEMU, counting instructions");
        List<Measurement> all = [.. Parse(Guest.RunOnLibOS(program, countInstructions: true, cancellation), "")];
        note($"Linux ({Path.GetFileName(kernel)}) in QEMU, counting instructions");
        all.AddRange(Parse(Guest.RunOnLinux(kernel, program, countInstructions: true, cancellation), OfLinux));
        note("the libOS on more cores, with less and more memory");
        var entryToMain = new EntryToMain(work);
        foreach ((string name, int cores, MemorySize memory) in EntryToMain.Machines)
            all.Add(new Measurement(EntryToMain.Name + name, Measurement.Instructions, entryToMain.Count(cores, memory, cancellation)));
        note("the libOS with less and less memory");
        all.Add(new Measurement("smallest-memory", "MiB", SmallestMemory(cancellation)));
        all.Add(new Measurement("kernel-image", "bytes", new FileInfo(Guest.ImageOf("Runner")).Length));
        return all;
    }

    private static IEnumerable<Measurement> Parse(MachineResult result, string suffix)
        => BenchOutput.Parse(result.Output, Measurement.Instructions)
            .Select(one => one with { Name = one.Name + suffix, Unit = one.Name == "noise" ? "detours" : one.Unit });

    /// <summary>The least memory, in MiB, in which a program of glibc that prints a line does so.</summary>
    private int SmallestMemory(CancellationToken cancellation)
    {
        string source = Path.Combine(work, "hello.c");
        string program = Path.Combine(work, "hello");
        File.WriteAllText(source, "#include <stdio.h>\nint main(void) { return puts(\"hello\") < 0; }\n");
        _ = ToolProcess.Run("/usr/bin/gcc", ["-O2", "-static", "-o", program, source]);
        int count = s_memories.TakeWhile(size => Guest.FitsLibOS(program, MemorySize.Mebibytes(size), cancellation)).Count();
        return count > 0
            ? s_memories[count - 1]
            : throw new LaunchException("AZ7204", $"a program of glibc did not run in {s_memories[0]} MiB", null, ExitStatus.Failure);
    }
}
