using System.Diagnostics;
using System.Globalization;
using AzaleaOS.Sideloader.Offload;

namespace AzaleaOS.Tests.Sideloader.Unikernels;

/// <summary>What the libOS executes for a call that the peer carries out, without waiting: counted instruction by instruction.</summary>
/// <remarks>The plugin Tests/Bench/Programs/percall.c says what counts. The threads look for answers as long as it takes.</remarks>
public sealed class CallCostTests : IDisposable
{
    private const int Calls = 200;
    private const double Budget = 600;

    /// <summary>For a part of the buffer that does not lie behind the one before: its entry is read, looked at, and written down as a part.</summary>
    private const double ForPart = 20;

    private readonly string _directory = Directory.CreateTempSubdirectory("azalea-").FullName;

    /// <summary>The kinds of calls in the order of the program, and the most instructions of each.</summary>
    private static readonly (string Name, double Most)[] s_kinds =
    [
        ("lseek", Budget), ("fstat", Budget), ("pread", Budget), ("pwrite", Budget), ("read", Budget), ("write", Budget),
        ("pread_16_pages", Budget), ("pread_16_apart", Budget + (15 * ForPart)), ("preadv", Budget), ("pwritev", Budget), ("pread_elsewhere", Budget), ("pread_large", Budget), ("stat", Budget), ("stat_absolute", Budget), ("stat_elsewhere", Budget),
        ("newfstatat", Budget), ("access", Budget), ("open", Budget), ("close", Budget),
    ];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_call_of_the_peer_costs_the_libOS_at_most_600_instructions_beside_waiting()
    {
        string program = Path.Combine(_directory, "program");
        string plugin = Path.Combine(_directory, "percall.so");
        string counts = Path.Combine(_directory, "counts");
        HostProgram.Compile("offloaded", program);
        HostProgram.Compile("percall", plugin, "-shared", "-fPIC");
        Dictionary<string, string> kernel = SymbolsOf(Path.ChangeExtension(Unikernel.Image("Sideloaded").Replace(".stripped", "", StringComparison.Ordinal), "elf"));
        Dictionary<string, string> application = SymbolsOf(program);
        string options = string.Join(',',
        [
            plugin, $"result={counts}", $"entry={kernel["azalea_syscall_entry"]}", $"pause={kernel["azalea_pause"]}",
            $"block={kernel["AzaleaOS_AzaleaOS_Offload_OffloadChannel__TryWait"]}",
            .. s_kinds.Select(kind => $"kind={application["kind_" + kind.Name]}"), $"kind={application["kind_none"]}",
        ]);

        string root = Directory.CreateDirectory(Path.Combine(_directory, "root")).FullName;
        using var unikernel = new Unikernel(program, new OffloadOptions { Root = root, Cores = 1 }, [$"{Calls}"], ["-plugin", options], "poll=1000000");
        Assert.Equal((0, ""), unikernel.Wait());

        double[][] lines = [.. File.ReadLines(counts).Select(line => line.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray())];
        Assert.All(s_kinds.Zip(lines), pair =>
        {
            ((string name, double most), double[] line) = pair;
            // Those that found their answer by looking, their instructions; then those whose thread slept.
            Assert.True(line[0] > Calls / 4, $"{name}: {line[0]} of {Calls} calls found their answer without sleeping");
            Assert.True(line[1] / line[0] is > 200 && line[1] / line[0] <= most, $"{name}: {line[1] / line[0]:F0} instructions, {line[2]} at least, {line[3]} at most");
        });
    }

    private static Dictionary<string, string> SymbolsOf(string path)
    {
        using Process tool = Process.Start(new ProcessStartInfo("/usr/bin/nm", [path]) { RedirectStandardOutput = true })!;
        string output = tool.StandardOutput.ReadToEnd();
        tool.WaitForExit();
        Assert.Equal(0, tool.ExitCode);
        return output.Split('\n').Select(line => line.Split(' ')).Where(words => words is [_, "T" or "t", _]).DistinctBy(words => words[2])
            .ToDictionary(words => words[2], words => words[0]);
    }
}
