using System.Diagnostics;
using AzaleaOS.Bench.Guests;
using AzaleaOS.Bench.Programs;
using AzaleaOS.Bench.Reports;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Bench.Files;

/// <summary>How fast a program reads a file of the host: the same static executable in the libOS and in Linux.</summary>
/// <param name="work">A folder for the file, the program and fetched packages.</param>
/// <param name="note">Takes lines of progress.</param>
/// <remarks>
/// The same QEMU without hardware virtualisation, the same memory and one core each, one after the other. The file is in the
/// host's page cache, and not in the guest's. Ratios only, because times are this machine's.
/// </remarks>
internal sealed class FilesBench(string work, Action<string> note)
{
    /// <summary>How the guest gets at the file, as it stands in the results, and in words.</summary>
    internal static readonly IReadOnlyList<(string Name, string Words)> Ways =
    [
        ("azalea", "AzaleaOS, the offload channel"),
        ("9p", "Linux 6.1, virtio-9p"),
        ("virtiofsd", "Linux 6.1, virtio-fs by virtiofsd"),
        ("sideloader", "Linux 6.1, virtio-fs by sideloader"),
    ];

    /// <summary>What is measured of each way.</summary>
    internal static readonly IReadOnlyList<string> Figures = ["sequential-whole", "sequential-best"];

    private const string Kernel = "linux-image-amd64";
    private const string Tag = "host";
    private const string FileName = "data";
    private const int FileMebibytes = 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);
    private static readonly MemorySize s_memory = MemorySize.Mebibytes(1024);

    // The kernel for virtual machines has no 9p: that of all machines has both.
    private static readonly string[] s_modules = [.. LinuxGuest.VirtioFsModules, "netfs", "fscache", "9pnet", "9p", "9pnet_virtio"];

    /// <summary>Measures everything.</summary>
    internal IReadOnlyList<Measurement> Run(CancellationToken cancellation)
    {
        Directory.CreateDirectory(work);
        string packages = Path.Combine(SourceTree.Root, "artifacts", "linux");
        LinuxPackage linux = LinuxPackage.FindOrFetch(Kernel, s_modules, packages, note);
        string virtiofsd = VirtioFsDaemon.FindOrFetch(packages, note);
        string sideloader = Path.Combine(AppContext.BaseDirectory, "sideloader");
        string program = Path.Combine(work, "sequential");
        _ = ToolProcess.Run("/usr/bin/gcc", ["-O2", "-static", "-o", program, Path.Combine(SourceTree.Root, "Tests", "Bench", "Programs", "sequential.c")]);
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("azb-");
        string root = Directory.CreateDirectory(Path.Combine(work, "tree")).FullName;
        try
        {
            WriteFile(Path.Combine(root, FileName));
            List<Measurement> all = [];
            Add("azalea", () => RunOnLibOS(sideloader, program, root, scratch.FullName));
            Add("9p", () => RunOnLinux("9p -o trans=virtio,version=9p2000.L,msize=1048576",
                ["-fsdev", $"local,id=fs,path={root},security_model=none,readonly=on", "-device", $"virtio-9p-pci,fsdev=fs,mount_tag={Tag}"]));
            string first = Path.Combine(scratch.FullName, "1");
            Add("virtiofsd", () => Serve(virtiofsd, VirtioFsDaemon.Arguments(first, root), first, () => RunOnLinux("virtiofs", LinuxGuest.VirtioFs(first, Tag, s_memory, 1))));
            string second = Path.Combine(scratch.FullName, "2");
            Add("sideloader", () => Serve(sideloader, ["virtiofs", "--socket", second, "--root", root], second, () => RunOnLinux("virtiofs", LinuxGuest.VirtioFs(second, Tag, s_memory, 1))));
            return all;

            void Add(string way, Func<string> run)
            {
                note($"reading {FileMebibytes} MiB: {Ways.Single(one => one.Name == way).Words}");
                IReadOnlyList<Measurement> found = BenchOutput.Parse(run(), "nanoseconds per MiB");
                all.AddRange(Figures.Select(figure => found.Single(one => one.Name == figure) with { Name = $"{figure}-{way}" }));
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
            scratch.Delete(recursive: true);
        }

        string RunOnLinux(string mount, IReadOnlyList<string> devices)
        {
            var guest = new LinuxGuest(linux, $"mount -t {mount} {Tag} /mnt && exec sequential /mnt/{FileName}\n") { Files = [(program, "/bin/sequential")], Memory = s_memory, Arguments = devices };
            MachineResult result = guest.Run(s_patience, cancellation);
            cancellation.ThrowIfCancellationRequested();
            return result.Status == 0 ? result.Output : throw Failed(result.ToString());
        }
    }

    private static string RunOnLibOS(string sideloader, string program, string root, string runtime)
    {
        string[] words =
        [
            "run", program, "--image", Guest.ImageOf("Sideloaded"), "--root", root, "--read-only", "--accel", "tcg", "--cpus", "1", "--mem", s_memory.ToString(),
            "--timeout", $"{s_patience.TotalSeconds}", "--", "/" + FileName,
        ];
        var start = new ProcessStartInfo(sideloader, words) { RedirectStandardOutput = true };
        start.Environment["XDG_RUNTIME_DIR"] = runtime;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw Failed($"sideloader run ended with status {process.ExitCode}: {output}");
    }

    /// <summary>Runs a guest while a daemon serves its directory; the daemon ends when the machine does.</summary>
    private static string Serve(string daemon, string[] arguments, string socket, Func<string> run)
    {
        // virtiofsd tells each step that it takes.
        using Process process = Process.Start(new ProcessStartInfo(daemon, arguments) { RedirectStandardError = true })!;
        Task<string> said = process.StandardError.ReadToEndAsync();
        try
        {
            if (!SpinWait.SpinUntil(() => File.Exists(socket) || process.HasExited, s_patience) || process.HasExited)
                throw Failed($"{daemon} does not serve: {said.Result}");
            return run();
        }
        finally
        {
            if (!process.WaitForExit(TimeSpan.FromSeconds(10)))
                process.Kill();
        }
    }

    /// <summary>Writes the file, which is in the page cache then.</summary>
    private static void WriteFile(string path)
    {
        using FileStream file = File.Create(path);
        byte[] bytes = new byte[1 << 20];
        var random = new Random(6);
        for (int i = 0; i < FileMebibytes; i++)
        {
            random.NextBytes(bytes);
            file.Write(bytes);
        }
    }

    private static LaunchException Failed(string what) => new("AZ7204", $"the file was not read: {what}", null, ExitStatus.Failure);
}
