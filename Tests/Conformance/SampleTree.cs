using System.Diagnostics;
using System.Text;
using AzaleaOS.Build.Launching;
using AzaleaOS.Tests.Unit.Applications;

namespace AzaleaOS.Tests.Conformance;

/// <summary>The same files at the same paths on this host and in an archive for the kernel.</summary>
public sealed class SampleTree : IDisposable
{
    public const string Busybox = "/bin/busybox";

    private const string Awk = """
        function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }
        BEGIN { FS = ":"; OFS = "|"; while ((getline line < "files/fruits") > 0) seen[line]++ }
        { sum += $2; names[NR] = toupper($1); $2 = ""; print }
        /e$/ { ends++ }
        NR == 2, NR == 3 { print "range", $0 }
        END {
            for (i = NR; i > 0; i--) printf "%s ", names[i]
            print sum, ends, length(seen), seen["apple"], fib(15)
            text = "2024-02-29"; split(text, parts, "-"); gsub(/0/, "o", text)
            print text, parts[1] + parts[2] + parts[3], substr(text, 3, 4), index(text, "-"), match(text, /2+/), RSTART, RLENGTH
            print and(12, 10), or(12, 10), xor(12, 10), lshift(1, 20), int(-3.7), 2 ** 10, 17 % 5, 1e6, 0.1 + 0.2, tolower("ABC") sprintf("%c%5.1f%-4d|%x", 65, 3.14159, 42, 255)
            delete seen["apple"]; print ("apple" in seen) + 0, ("fig" in seen) + 0
            printf "to a file\n" > "/dev/null"; close("/dev/null"); exit 5
        }
        """;

    private static readonly DateTime s_modified = new(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc);

    // A tmpfs, as the kernel's tree is one: what a directory's size is, for example, is a matter of the file system.
    private readonly string _work = Directory.CreateDirectory($"/dev/shm/azalea-conformance-{Guid.NewGuid():N}").FullName;
    private readonly Archive _archive = new();
    private readonly HashSet<string> _promoted = [];
    private readonly HashSet<string> _unpromoted = [];
    private readonly List<string> _archivePaths = [];

    public SampleTree()
    {
        Root = Path.Combine(_work, "tree");
        AddDirectory(Root);
        foreach (string directory in (string[])["files", "nested", "nested/deep", "nested/deep/deeper", "empty", "packed"])
            AddDirectory(Path.Combine(Root, directory));

        Add("files/fruits", "pear\napple\nfig\napple\nbanana\ncherry\nfig\nApple\n");
        Add("files/numbers", string.Concat(Enumerable.Range(1, 2000).Select(i => $"{i * 7919 % 2003}\n")));
        Add("files/table", "one:1:eins\ntwo:2:zwei\nthree:3:drei\nfour:4:vier\n");
        Add("files/prose", "It was a dark\tand stormy night;\n\nthe rain fell in torrents,\n   except at occasional intervals.\nNo newline at the end");
        Add("files/nothing", "");
        Add("files/script", "#!/bin/sh\necho no\n", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Add("nested/deep/deeper/leaf", "leaf\n");
        byte[] bytes = new byte[70_000];
        new Random(42).NextBytes(bytes);
        Add("files/bytes", bytes);
        foreach ((string name, byte[] content) in CompressedSamples.All())
            Add("packed/" + name, content);
        Add("files/change", "--- fruits\n+++ fruits\n@@ -1,3 +1,3 @@\n pear\n-apple\n+plum\n fig\n");
        Add("files/program.awk", Awk);
        Add("files/program.bc", "define f(n) {\n  if (n < 2) return (1);\n  return (n * f(n - 1));\n}\nf(25)\nscale = 30\n1 / 7\nsqrt(2)\nfor (i = 0; i < 5; ++i) 2 ^ (i * 16)\nobase = 16\n255\n");
        Link("files/link", "fruits");
        Link("files/dangling", "nowhere");
        Link("nested/up", "../files");

        foreach (string path in Directory.EnumerateDirectories(Root, "*", SearchOption.AllDirectories).Append(Root))
            Directory.SetLastWriteTimeUtc(path, s_modified);

        foreach (string path in (string[])["/etc/os-release", "/etc/passwd", "/etc/group"])
            AddHost(path, path);
        AddHost(Busybox, Busybox, 0x81ed);
    }

    /// <summary>The directory that both sides have.</summary>
    public string Root { get; }

    public void Dispose() => Directory.Delete(_work, recursive: true);

    /// <summary>Runs a program on this host.</summary>
    public Outcome OnLinux(params string[] command) => OnLinux(Root, command);

    /// <summary>Runs a program on this host as the user that every program is on the kernel, in an empty directory.</summary>
    public Outcome OnLinuxAsRoot(params string[] command)
    {
        string directory = Directory.CreateDirectory(Path.Combine(_work, "empty")).FullName;
        string[] root = Environment.IsPrivilegedProcess ? [] : ["/usr/bin/sudo", "-n"];
        Outcome outcome = OnLinux(directory, [.. root, .. command]);
        OnLinux(_work, [.. root, Busybox, "rm", "-rf", directory]);
        return outcome;
    }

    private static Outcome OnLinux(string directory, params string[] command)
    {
        // One pipe for both outputs, as the kernel has one console; nothing to read, nothing in the environment.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" 2>&1 </dev/null", .. command])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = directory,
        };
        start.Environment.Clear();
        start.Environment["TZ"] = "UTC0";
        start.Environment["PWD"] = directory;
        using Process process = Process.Start(start)!;
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return new Outcome(output.ToArray(), process.ExitCode);
    }

    /// <summary>Runs a program on the kernel.</summary>
    public Outcome Here(MachineDescription machine, params string[] command)
    {
        MachineResult result = Run(machine, command);
        return new Outcome(result.OutputBytes.ToArray(), result.Status, result.ToString());
    }

    /// <summary>Runs a program on the kernel.</summary>
    public MachineResult Run(MachineDescription machine, params string[] command) => Run(machine, [], command);

    /// <summary>Runs a program on the kernel.</summary>
    public MachineResult Run(MachineDescription machine, string[] options, params string[] command)
        => Run(machine, options, new MachineStreams(), command);

    /// <summary>Runs a program on the kernel.</summary>
    public MachineResult Run(MachineDescription machine, string[] options, MachineStreams streams, params string[] command)
    {
        return Machine.Run(machine with
        {
            Kernel = RunnerImage.Path,
            Initramfs = ArchiveFor(command[0], Promoted.IsUsual(machine.Cpus) || _promoted.Contains(command[0])),
            CommandLine = [.. options, "env=TZ=UTC0", $"env=PWD={Root}", $"cwd={Root}", "--", .. command],
            Timeout = machine.Timeout ?? TimeSpan.FromMinutes(2),
        }, streams);
    }

    /// <summary>Boots with one module and nothing else.</summary>
    public MachineResult RunModule(byte[] module, params string[] command) => RunModule(new MachineDescription(), module, command);

    /// <summary>Runs the kernel with a boot module that is no archive of the tree, on a machine of one's own.</summary>
    public MachineResult RunModule(MachineDescription machine, byte[] module, params string[] command)
    {
        string path = Path.Combine(_work, "module");
        File.WriteAllBytes(path, module);
        return Machine.Run(machine with
        {
            Kernel = RunnerImage.Path,
            Initramfs = path,
            CommandLine = ["--", .. command],
            Timeout = TimeSpan.FromMinutes(2),
        });
    }

    /// <summary>Compiles a program of this project into the tree, once.</summary>
    /// <returns>Its path.</returns>
    public string AddProgram(string name, string kind)
    {
        string path = Path.Combine(_work, name + kind);
        if (!File.Exists(path))
        {
            StaticProgram.Compile(name, path, kind);
            AddHost(path, path, 0x81ed);
            _archivePaths.ForEach(File.Delete);
        }

        return path;
    }

    /// <summary>Lets a program of the tree run promoted on the kernel from now on.</summary>
    /// <returns>Its path.</returns>
    public string Promote(string program)
    {
        Assert.NotNull(Promoted.RecordOf(program));
        _promoted.Add(program);
        return program;
    }

    /// <summary>A copy of a program that is never promoted.</summary>
    /// <returns>Its path.</returns>
    public string LeaveAsItIs(string program)
    {
        string path = program + "-as-it-is";
        if (_unpromoted.Add(path))
        {
            File.Copy(program, path);
            AddHost(path, path, 0x81ed);
            _archivePaths.ForEach(File.Delete);
        }

        return path;
    }

    private string ArchiveFor(string program, bool isPromoted)
    {
        byte[]? record = isPromoted && !_unpromoted.Contains(program) && File.Exists(program) && _archive.Has(program) ? Promoted.RecordOf(program) : null;
        string path = Path.Combine(_work, record is null ? "tree.cpio" : $"tree-{Path.GetFileName(program)}.cpio");
        if (!File.Exists(path))
        {
            byte[] archive = _archive.ToBytes();
            File.WriteAllBytes(path, record is null ? archive : Promoted.Append(archive, _archive.OffsetOf(program), record));
            _archivePaths.Add(path);
        }

        return path;
    }

    private void AddDirectory(string path)
    {
        Directory.CreateDirectory(path, (UnixFileMode)0x1ed);
        _archive.Directory(path, modified: (uint)new DateTimeOffset(s_modified).ToUnixTimeSeconds());
    }

    private void Add(string path, string contents, UnixFileMode mode = (UnixFileMode)0x1a4) => Add(path, Encoding.UTF8.GetBytes(contents), mode);

    private void Add(string path, byte[] contents, UnixFileMode mode = (UnixFileMode)0x1a4)
    {
        string full = Path.Combine(Root, path);
        File.WriteAllBytes(full, contents);
        File.SetUnixFileMode(full, mode);
        File.SetLastWriteTimeUtc(full, s_modified);
        AddHost(full, full, 0x8000 | (uint)mode);
    }

    private void Link(string path, string target)
    {
        string full = Path.Combine(Root, path);
        File.CreateSymbolicLink(full, target);
        Process.Start("/bin/busybox", ["touch", "-h", "-d", s_modified.ToString("yyyy-MM-dd HH:mm:ss"), full]).WaitForExit();
        _archive.Entry(full, 0xa1ff, Encoding.UTF8.GetBytes(target), modified: (uint)new DateTimeOffset(s_modified).ToUnixTimeSeconds());
    }

    private void AddHost(string host, string guest, uint mode = 0x81a4)
        => _archive.Entry(guest, mode, File.ReadAllBytes(host), modified: (uint)new DateTimeOffset(File.GetLastWriteTimeUtc(host)).ToUnixTimeSeconds());
}
