using System.Globalization;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Bench.Guests;
using AzaleaOS.Bench.Programs;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Bench.Offload;

/// <summary>Instructions of the libOS for a call that the peer carries out, without waiting.</summary>
/// <remarks>Counted by a plugin of QEMU, Tests/Bench/Programs/percall.c, which says what counts.</remarks>
internal sealed class CallCost
{
    /// <summary>The name of the results, before that of the call.</summary>
    internal const string Name = "offload-instructions-";

    private const int Calls = 2_000;
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);

    private readonly string _work;
    private readonly string _program;
    private readonly string _plugin;

    /// <summary>Compiles the program and the plugin into a folder.</summary>
    internal CallCost(string work)
    {
        _work = work;
        _program = Path.Combine(work, "offloaded");
        _plugin = Path.Combine(work, "percall.so");
        string sources = Path.Combine(SourceTree.Root, "Tests", "Bench", "Programs");
        _ = ToolProcess.Run("/usr/bin/gcc", ["-O2", "-static", "-o", _program, Path.Combine(sources, "offloaded.c")]);
        _ = ToolProcess.Run("/usr/bin/gcc", ["-O2", "-shared", "-fPIC", "-o", _plugin, Path.Combine(sources, "percall.c")]);
    }

    /// <summary>The kinds of calls, in the program's order.</summary>
    internal static IReadOnlyList<(string Name, string Words)> Kinds { get; } =
    [
        ("lseek", "lseek"), ("fstat", "fstat"), ("pread", "pread, 4 KiB"), ("pwrite", "pwrite, 4 KiB"), ("read", "read, 4 KiB"), ("write", "write, 4 KiB"),
        ("pread_16_pages", "pread, 64 KiB"), ("pread_16_apart", "pread, 64 KiB, no frame behind the one before"),
        ("preadv", "preadv, two pages that lie apart"), ("pwritev", "pwritev, two pages that lie apart"),
        ("pread_elsewhere", "pread, 4 KiB, each time to another page table's page"), ("pread_large", "pread, 4 KiB, every other time into a large page"), ("stat", "stat, a path of 5 bytes"), ("stat_absolute", "stat, an absolute path of 36 bytes"),
        ("stat_elsewhere", "stat, each time to another page table's page"),
        ("newfstatat", "newfstatat, a path of 5 bytes"), ("access", "access, a path of 5 bytes"), ("open", "open, a path of 5 bytes"), ("close", "close"),
    ];

    /// <summary>Runs the program with a peer.</summary>
    /// <exception cref="LaunchException">The program did not end as it should, or the plugin counted nothing.</exception>
    internal IReadOnlyList<Measurement> Measure(CancellationToken cancellation)
    {
        string root = Path.Combine(_work, "calls");
        if (Directory.Exists(root))
            Directory.Delete(root, recursive: true);
        Directory.CreateDirectory(root);
        string socket = Path.Combine(Path.GetTempPath(), $"azalea-calls-{Environment.ProcessId}");
        string result = Path.Combine(_work, "percall");
        File.Delete(result);
        using (var peer = new OffloadPeer(socket, root, OffloadPeer.Polling, cancellation))
        {
            MachineResult run = Machine.Run(Describe(socket, result), cancellation: cancellation);
            cancellation.ThrowIfCancellationRequested();
            if (run.Status != 0 || !File.Exists(result))
                throw new LaunchException("AZ7204", $"calls of the peer were not counted: {run}", null, ExitStatus.Failure);
        }

        return [.. Kinds.Zip(File.ReadLines(result)).Select(pair => new Measurement(Name + pair.First.Name, Measurement.Instructions, Mean(pair.Second)))];
    }

    // Calls that found their answer by looking, and their instructions; the rest is about those whose thread slept.
    private static double Mean(string line)
    {
        string[] words = line.Split(' ');
        return double.Parse(words[1], CultureInfo.InvariantCulture) / double.Parse(words[0], CultureInfo.InvariantCulture);
    }

    private MachineDescription Describe(string socket, string result)
    {
        string image = Guest.ImageOf("Sideloaded");
        Dictionary<string, ulong> kernel = SymbolsOf(image.Replace(".stripped", "", StringComparison.Ordinal));
        Dictionary<string, ulong> program = SymbolsOf(_program);
        IEnumerable<string> plugin =
        [
            _plugin, $"result={result}", $"entry={kernel["azalea_syscall_entry"]:x}", $"pause={kernel["azalea_pause"]:x}",
            $"block={kernel["AzaleaOS_AzaleaOS_Offload_OffloadChannel__TryWait"]:x}",
            .. Kinds.Select(kind => $"kind={program["kind_" + kind.Name]:x}"), $"kind={program["kind_none"]:x}",
        ];
        var memory = MemorySize.Mebibytes(256);
        return new MachineDescription
        {
            Kernel = image,
            Initramfs = _program,
            CommandLine = ["poll=1000000", KernelCommandLine.ProgramSeparator, "/program", $"{Calls}"],
            Memory = memory,
            Accelerator = Accelerator.Tcg,
            Timeout = s_timeout,
            ExtraArguments =
            [
                "-object", $"memory-backend-memfd,id=memory,size={memory},share=on", "-machine", "memory-backend=memory",
                "-chardev", $"socket,id=offload,path={socket}",
                "-device", $"vhost-user-fs-pci,chardev=offload,tag={System.Text.Encoding.ASCII.GetString(ChannelProtocol.Tag)},num-request-queues=1,queue-size=1024",
                "-plugin", string.Join(',', plugin),
            ],
        };
    }

    private static Dictionary<string, ulong> SymbolsOf(string path)
        => ElfFile.Open(path).Symbols.DistinctBy(symbol => symbol.Name).ToDictionary(symbol => symbol.Name, symbol => symbol.Value);
}
