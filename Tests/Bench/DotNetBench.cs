using System.Globalization;
using AzaleaOS.Bench.Guests;
using AzaleaOS.Bench.Programs;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;
using AzaleaOS.Promotion;

namespace AzaleaOS.Bench;

/// <summary>C# programs with the official runtime: how they start, what the garbage collector gets done, what more cores bring.</summary>
/// <param name="work">A folder for what is compiled, and for a fetched Linux kernel.</param>
/// <param name="note">Takes lines of progress.</param>
internal sealed class DotNetBench(string work, Action<string> note)
{
    /// <summary>The end of the names of Linux's numbers.</summary>
    internal const string OfLinux = "-linux";

    /// <summary>Cores of the machines with several.</summary>
    internal const int Cores = 4;

    private const int Times = 3;
    private const string Below = "2000000";

    /// <summary>What every program calls when it prints for the first time, after its work.</summary>
    private const string Printing = "System_Console_System_Console__get_Out";

    // Seconds at most, threads, rounds of each.
    private static readonly string[] s_stress = ["1000", "4", "60"];

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(15);

    private string _plugin = "";

    /// <summary>Measures everything.</summary>
    internal IReadOnlyList<Measurement> Run(CancellationToken cancellation)
    {
        string linux = Prepare();
        List<Measurement> all = [];
        foreach (Measurement one in Primes(Below, cancellation).Concat(Start(linux, cancellation)).Concat(Collector(linux, cancellation)))
        {
            note($"{one.Name}: {one.Value:F0} {one.Unit}");
            all.Add(one);
        }

        return all;
    }

    /// <summary>From the kernel's entry to <c>Main</c>; on Linux from the program's first instruction, and only its own.</summary>
    internal IEnumerable<Measurement> Start(string linux, CancellationToken cancellation)
    {
        Application hello = new("Hello");
        note("Hello on the libOS, from the kernel's entry to Main");
        long here = CountStart(cancellation);
        long own = Count(Here(hello, 1), hello.Entry, hello.Main, programsOnly: true, cancellation).Sum();
        note("Hello on Linux, from its first instruction to Main");
        long there = Count(There(linux, hello, 1), hello.Entry, hello.Main, programsOnly: true, cancellation).Sum();
        return
        [
            new("hello-to-main", Measurement.Instructions, here),
            new("hello-to-main-own", Measurement.Instructions, own),
            new("hello-to-main" + OfLinux, Measurement.Instructions, there),
        ];
    }

    /// <summary>From the kernel's entry to <c>Main</c> of Hello; <see cref="Build"/> comes first.</summary>
    /// <param name="cancellation">Stops the machine.</param>
    /// <param name="isPromoted">Whether it is promoted, as in images.</param>
    internal long CountStart(CancellationToken cancellation, bool isPromoted = true)
    {
        Application hello = new("Hello") { IsPromoted = isPromoted };
        ulong entry = InstructionPlugin.EntryOf(Guest.UnpackedImageOf("Runner"));
        return Count(Here(hello, 1), entry, hello.Main, programsOnly: false, cancellation).Sum();
    }

    /// <summary>Threads that allocate: instructions of all cores together for a given work, and its time.</summary>
    internal IEnumerable<Measurement> Collector(string linux, CancellationToken cancellation)
    {
        Application stress = new("GcStress");
        note("GcStress on the libOS and on Linux, counting instructions");
        yield return new("collector", Measurement.Instructions, CountCollector(cancellation));
        yield return new("collector" + OfLinux, Measurement.Instructions, CountCollector(There(linux, stress, Cores, s_stress), stress, cancellation));
        note("GcStress on the libOS and on Linux, by turns, by the clock");
        double[] here = new double[Times];
        double[] there = new double[Times];
        for (int i = 0; i < Times; i++)
        {
            here[i] = Milliseconds(Here(stress, Cores, s_stress), cancellation);
            there[i] = Milliseconds(There(linux, stress, Cores, s_stress), cancellation);
        }

        yield return new("collector-time", "ms", here.Min());
        yield return new("collector-time" + OfLinux, "ms", there.Min());
    }

    /// <summary>The same on the libOS alone, in instructions; <see cref="Build"/> comes first.</summary>
    internal long CountCollector(CancellationToken cancellation)
    {
        Application stress = new("GcStress");
        return CountCollector(Here(stress, Cores, s_stress), stress, cancellation);
    }

    private long CountCollector((Application Program, MachineDescription Machine) run, Application stress, CancellationToken cancellation)
        => Count(run, stress.Main, stress[Printing], programsOnly: false, cancellation, isExact: false).Sum();

    /// <summary>Primes on one core, and the core of several that has most to do; <see cref="Build"/> comes first.</summary>
    /// <param name="below">Where the search ends.</param>
    /// <param name="cancellation">Stops the machines.</param>
    internal IEnumerable<Measurement> Primes(string below, CancellationToken cancellation)
    {
        Application primes = new("Primes");
        ulong from = primes["Primes_Program____Main___g__CountOnAllCores_0_2"];
        note("Primes on the libOS, on one core and on four");
        long one = Count(Here(primes, 1, below, "--no-times"), from, primes[Printing], programsOnly: false, cancellation, isExact: true).Sum();
        long[] all = Count(Here(primes, Cores, below, "--no-times"), from, primes[Printing], programsOnly: false, cancellation, isExact: false);
        return
        [
            new("primes-one-core", Measurement.Instructions, one),
            new("primes-longest-core", Measurement.Instructions, all.Max()),
            new("primes-all-cores", Measurement.Instructions, all.Sum()),
        ];
    }

    /// <summary>Makes what the measurements need.</summary>
    /// <returns>The kernel of Linux.</returns>
    internal string Prepare()
    {
        Directory.CreateDirectory(work);
        string linux = CloudKernel.FindOrFetch(work, note);
        string init = Path.Combine(SourceTree.Root, "Tests", "Bench", "Programs", "init.c");
        _ = ToolProcess.Run("/usr/bin/gcc", ["-O2", "-static", "-Wl,-Ttext-segment=0x10000000", "-o", Path.Combine(work, "init"), init]);
        Build("Hello", "GcStress", "Primes");
        return linux;
    }

    /// <summary>Makes the plugin and programs of UserApps.</summary>
    internal void Build(params string[] names)
    {
        _plugin = InstructionPlugin.Compile(work);
        foreach (string name in names)
        {
            note($"building {name}");
            string folder = Path.Combine(SourceTree.Root, "UserApps", name);
            _ = ToolProcess.Run(DotNet.Host, ["build", name + ".csproj", "-c", SourceTree.Configuration, "--nologo", "-v", "quiet", "-p:BuildProjectReferences=false"], folder);
        }
    }

    private long[] Count((Application Program, MachineDescription Machine) run, ulong from, ulong to, bool programsOnly, CancellationToken cancellation, bool isExact = true)
        => WithArchive(run, description => new CountedRun(_plugin, Path.Combine(work, "counted"))
            .Run(description with { CountInstructions = isExact }, from, to, programsOnly, cancellation, evenly: !isExact));

    private double Milliseconds((Application Program, MachineDescription Machine) run, CancellationToken cancellation)
        => WithArchive(run, description =>
        {
            MachineResult result = Machine.Run(description with { Accelerator = Accelerator.Tcg }, cancellation: cancellation);
            cancellation.ThrowIfCancellationRequested();
            string? line = result.Output.Split('\n').FirstOrDefault(line => line.EndsWith(" ms", StringComparison.Ordinal));
            return result.Status == 0 && line is not null
                ? double.Parse(line[..^3], CultureInfo.InvariantCulture)
                : throw new LaunchException("AZ7204", $"GcStress did not finish: {result}", null, ExitStatus.Failure);
        });

    private static (Application Program, MachineDescription Machine) Here(Application application, int cores, params string[] arguments) => (application, new MachineDescription
    {
        Kernel = Guest.UnpackedImageOf("Runner"),
        CommandLine = ["env=TZ=UTC0", "env=PWD=/", "cwd=/", KernelCommandLine.ProgramSeparator, application.Path, .. arguments],
        Cpus = cores,
        Memory = MemorySize.Mebibytes(512),
        Timeout = s_timeout,
    });

    private static (Application Program, MachineDescription Machine) There(string linux, Application application, int cores, params string[] arguments) => (application, new MachineDescription
    {
        Kernel = linux,
        CommandLine = ["console=ttyS0", "quiet", "loglevel=0", "no_timer_check", "lpj=8000000", "nowatchdog", "panic=-1", "--", application.Path, .. arguments],
        Cpus = cores,
        Memory = MemorySize.Mebibytes(512),
        Timeout = s_timeout,
    });

    private T WithArchive<T>((Application Program, MachineDescription Machine) run, Func<MachineDescription, T> measure)
    {
        string archive = Path.GetTempFileName();
        try
        {
            var files = new Initramfs();
            files.AddHost(run.Program.File, run.Program.Path);
            if (run.Program.IsPromoted)
                files.Promote(run.Program.Path, Promoter.Promote(File.ReadAllBytes(run.Program.File)).Record);
            if (run.Machine.Kernel != Guest.UnpackedImageOf("Runner"))
            {
                files.AddHost(Path.Combine(work, "init"), "/init");
                foreach (string folder in (string[])["/dev", "/proc", "/sys", "/tmp"])
                    files.AddDirectory(folder);
            }

            files.Write(archive);
            return measure(run.Machine with { Initramfs = archive });
        }
        finally
        {
            File.Delete(archive);
        }
    }

    /// <summary>A program of UserApps.</summary>
    private sealed class Application(string name)
    {
        private readonly Dictionary<string, ulong> _symbols = [];

        internal string File { get; } = System.IO.Path.Combine(SourceTree.Root, "UserApps", name, "bin", SourceTree.Configuration, "net10.0", name + ".elf");

        /// <summary>Where the guests have it.</summary>
        internal string Path => "/" + name;

        internal bool IsPromoted { get; init; }

        internal ulong Entry => ElfFile.Open(File).Entry;

        internal ulong Main => this[name + "_Program___Main__"];

        /// <summary>The address of a function.</summary>
        internal ulong this[string symbol]
        {
            get
            {
                if (_symbols.Count == 0)
                {
                    foreach (ElfSymbol one in ElfFile.Open(System.IO.Path.ChangeExtension(File, ".dbg")).Symbols)
                        _symbols[one.Name] = one.Value;
                }

                return _symbols.TryGetValue(symbol, out ulong value)
                    ? value
                    : throw new LaunchException("AZ7206", $"{name} has no {symbol}", null, ExitStatus.Failure);
            }
        }
    }
}
