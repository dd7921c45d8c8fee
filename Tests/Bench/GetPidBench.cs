using AzaleaOS.Bench.Guests;
using AzaleaOS.Bench.Programs;
using AzaleaOS.Bench.Reports;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Bench;

/// <summary>The paper's Fig. 5: 10,000 calls of getpid, in Linux and by every way into the libOS.</summary>
/// <param name="work">A folder for the programs, and for a fetched Linux kernel.</param>
/// <param name="note">Takes lines of progress.</param>
internal sealed class GetPidBench(string work, Action<string> note)
{
    /// <summary>Rounds of the loops: interrupts disturb a guest rarely and a busy host often.</summary>
    private const int GuestRounds = 20;
    private const int HostRounds = 500;

    /// <summary>Measures everything.</summary>
    internal IReadOnlyList<Measurement> Run(CancellationToken cancellation)
    {
        Directory.CreateDirectory(work);
        string kernel = CloudKernel.FindOrFetch(work, note);
        string linux = Path.Combine(work, "getpid-linux");
        string libOS = Path.Combine(work, "getpid-libos");
        GetPidPrograms.WriteSystemCall(linux, "linux", GuestRounds);
        string promoted = Path.Combine(work, "getpid-promoted");
        GetPidPrograms.WriteSystemCall(libOS, "syscall-unmodified", GuestRounds);
        GetPidPrograms.WritePromoted(promoted, "syscall-promoted", GuestRounds);
        string linked = Path.Combine(work, "getpid-linked");
        GetPidPrograms.WriteLinked(linked, "call-linked-c");

        string csharp = Guest.BuildLinked(note);

        List<Measurement> all = [];
        Guests(countInstructions: true);
        Guests(countInstructions: false);
        Native();
        return all;

        void Guests(bool countInstructions)
        {
            string suffix = countInstructions ? "" : "-ticks";
            string unit = countInstructions ? Measurement.Instructions : Measurement.Ticks;
            string how = countInstructions ? "instructions" : "ticks of the emulated clock";
            note($"the libOS in QEMU, counting {how}");
            MachineResult own = Guest.RunImage("GetPid", countInstructions, cancellation);
            Add(own.Output);
            Add(Guest.RunOnLibOS(libOS, countInstructions, cancellation).Output);
            Add(Guest.RunOnLibOS(promoted, countInstructions, cancellation).Output);
            Add(Guest.RunOnLibOS(linked, countInstructions, cancellation).Output);
            AddCSharp(BenchOutput.Parse(Guest.RunLinked(csharp, countInstructions, cancellation).Output, unit));
            note($"Linux ({Path.GetFileName(kernel)}) in QEMU, counting {how}");
            Add(Guest.RunOnLinux(kernel, linux, countInstructions, cancellation).Output);
            if (countInstructions)
                all.Add(BenchOutput.ParseBoot(own.Log));

            void Add(string output) => all.AddRange(BenchOutput.Parse(output, unit).Select(one => one with { Name = one.Name + suffix }));
        }

        // The loop's own cost is a line of its own.
        void AddCSharp(IReadOnlyList<Measurement> lines)
        {
            string suffix = lines[0].Unit == Measurement.Instructions ? "" : "-ticks";
            double loop = lines.Single(line => line.Name == "csharp-loop").Value;
            foreach ((string from, string to) in ((string, string)[])[("csharp-linked", "call-linked-csharp"), ("csharp-pinvoke", "pinvoke-csharp")])
            {
                Measurement line = lines.Single(line => line.Name == from);
                all.Add(line with { Name = to + suffix, Value = line.Value - loop });
            }
        }

        void Native()
        {
            note("this processor: a process of this host, and the libOS linked into one");
            string native = Path.Combine(work, "getpid-native");
            string calls = Path.Combine(work, "getpid-native-call");
            GetPidPrograms.WriteSystemCall(native, "native-linux", HostRounds);
            GetPidPrograms.WriteCalls(calls, Guest.ObjectsOf("GetPid"), HostRounds);
            foreach (string program in (string[])[native, calls])
                all.AddRange(BenchOutput.Parse(System.Text.Encoding.ASCII.GetString(ToolProcess.Run(program, [])), Measurement.Cycles));
        }
    }
}
