using AzaleaOS.Bench;
using AzaleaOS.Bench.Guests;
using AzaleaOS.Bench.Programs;
using AzaleaOS.Bench.Reports;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Machines.Bench;

/// <summary>The numbers to hold, counted by the emulator: the same on every host.</summary>
public sealed class GetPidTests
{
    [Theory]
    [InlineData("call-direct", 4)]
    [InlineData("call-table", 8)]
    [InlineData("call-csharp", 12)]
    [InlineData("syscall", 20)]
    public void A_call_of_getpid_stays_below_its_bar(string name, double bar)
        => Assert.InRange(s_image.Value.Single(one => one.Name == name).Value, 1, bar);

    [Fact]
    public void An_unmodified_Linux_program_pays_no_more_than_our_own()
    {
        string program = Path.Combine(Directory.CreateTempSubdirectory("azalea-bench-").FullName, "getpid");
        try
        {
            GetPidPrograms.WriteSystemCall(program, "unmodified", rounds: 2);
            Measurement own = Assert.Single(BenchOutput.Parse(Guest.RunOnLibOS(program, countInstructions: true, default).Output, Measurement.Instructions));
            Assert.Equal(s_image.Value.Single(one => one.Name == "syscall").Value, own.Value);

            // The same file on the Linux of this host.
            Measurement host = Assert.Single(BenchOutput.Parse(System.Text.Encoding.ASCII.GetString(ToolProcess.Run(program, [])), Measurement.Cycles));
            Assert.Equal("unmodified", host.Name);
            Assert.InRange(host.Value, 10, 1_000_000);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(program)!, recursive: true);
        }
    }

    [Fact]
    public void The_same_program_promoted_stays_below_the_bar()
    {
        string program = Path.Combine(Directory.CreateTempSubdirectory("azalea-bench-").FullName, "getpid");
        try
        {
            GetPidPrograms.WritePromoted(program, "syscall-promoted", rounds: 2);
            Measurement own = Assert.Single(BenchOutput.Parse(Guest.RunOnLibOS(program, countInstructions: true, default).Output, Measurement.Instructions));
            Assert.InRange(own.Value, 1, 20);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(program)!, recursive: true);
        }
    }

    [Fact]
    public void The_libOS_can_be_called_inside_a_Linux_process()
    {
        string program = Path.Combine(Directory.CreateTempSubdirectory("azalea-bench-").FullName, "calls");
        try
        {
            GetPidPrograms.WriteCalls(program, Guest.ObjectsOf("GetPid"), rounds: 20);
            IReadOnlyList<Measurement> calls = BenchOutput.Parse(System.Text.Encoding.ASCII.GetString(ToolProcess.Run(program, [])), Measurement.Cycles);
            Assert.Equal(["native-call-direct", "native-call"], calls.Select(call => call.Name));
            Assert.All(calls, call => Assert.InRange(call.Value, 0.1, 10_000));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(program)!, recursive: true);
        }
    }

    [Fact]
    public void Only_lines_of_a_name_and_a_number_are_results()
    {
        Assert.Equal(
            [new Measurement("linux", "cycles", 307), new Measurement("x", "cycles", 0.25)],
            BenchOutput.Parse("noise\r\nlinux 307000\r\nlinux 1 2\nx 250\ny -3\nz 1.5\n", "cycles"));
        Assert.Equal(12345, BenchOutput.ParseBoot("cores: 1\nboot: 12345 ticks\n").Value);
        Assert.Throws<LaunchException>(() => BenchOutput.ParseBoot("boot: soon\n"));
    }

    [Fact]
    public void The_newest_kernel_of_Debian_is_what_its_package_depends_on()
    {
        Assert.Equal("linux-image-6.1.0-56-cloud-amd64", LinuxPackage.FindDependency("Package: linux-image-cloud-amd64\nDepends: linux-base, linux-image-6.1.0-56-cloud-amd64 (= 6.1.192-2)\n"));
        Assert.Null(LinuxPackage.FindDependency("Package: x\nDepends: linux-base\n"));
    }

    [Fact]
    public void A_report_is_a_table_two_charts_and_an_array()
    {
        string[] names = ["linux", "syscall", "syscall-unmodified", "syscall-promoted", "call-table", "call-csharp", "call-direct", "pinvoke-csharp", "call-linked-csharp", "call-linked-c"];
        var report = new GetPidReport(
        [
            .. names.Select((name, i) => new Measurement(name, Measurement.Instructions, 300.0 / (i + 1))),
            .. names.Select((name, i) => new Measurement(name + "-ticks", Measurement.Ticks, 3000.0 / (i + 1))),
            new Measurement("native-linux", Measurement.Cycles, 270),
            new Measurement("native-call", Measurement.Cycles, 2.5),
            new Measurement("native-call-direct", Measurement.Cycles, 2),
            new Measurement("boot", Measurement.Instructions, 110_570),
        ]);
        string folder = Directory.CreateTempSubdirectory("azalea-bench-").FullName;
        try
        {
            report.Save(folder);
            Assert.Equal(
                ["getpid-native.png", "getpid-native.svg", "getpid.json", "getpid.md", "getpid.png", "getpid.svg"],
                Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.Contains("<text", File.ReadAllText(Path.Combine(folder, "getpid.svg")), StringComparison.Ordinal);
            Assert.Contains("| AzaleaOS, CALL direct ", report.Text, StringComparison.Ordinal);
            Assert.Contains("110,570 instructions", report.Text, StringComparison.Ordinal);
            using var json = System.Text.Json.JsonDocument.Parse(report.Json);
            Assert.Equal(("linux", "instructions", 300), (
                json.RootElement[0].GetProperty("name").GetString(),
                json.RootElement[0].GetProperty("unit").GetString(),
                json.RootElement[0].GetProperty("value").GetInt32()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static readonly Lazy<IReadOnlyList<Measurement>> s_image = new(() =>
    {
        MachineResult run = Guest.RunImage("GetPid", countInstructions: true, default);
        return [.. BenchOutput.Parse(run.Output, Measurement.Instructions), BenchOutput.ParseBoot(run.Log)];
    });
}
