using System.Text;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Unit.Launching;

/// <summary>Real QEMU runs of a kernel of a few instructions.</summary>
public sealed class QemuRunTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("azalea-test-");

    public void Dispose() => _work.Delete(recursive: true);

    [Theory]
    [InlineData(MachineKind.Q35)]
    [InlineData(MachineKind.Pc)]
    [InlineData(MachineKind.MicroVm)]
    public void The_exit_record_of_the_guest_is_the_status_of_the_run(MachineKind kind)
    {
        MachineResult result = Run(new TinyKernel { Output = Bytes("one\n\u001Eboot: 12 ticks\ntwo\n\u001Eazalea: exit 7\n") }, machine => machine with { Kind = kind });
        Assert.Equal((MachineEnding.Exited, 7), (result.Ending, result.Status));
        Assert.Equal("one\ntwo\n", result.Output);
        Assert.Equal("boot: 12 ticks\n", result.Log);
        Assert.Empty(result.EmulatorMessages);
    }

    [Fact]
    public void A_machine_that_powers_off_without_a_record_has_status_125()
    {
        MachineResult result = Run(new TinyKernel { Output = Bytes("hello\n") });
        Assert.Equal((MachineEnding.NoExitRecord, 125), (result.Ending, result.Status));
        Assert.Equal("hello\n", result.Output);
    }

    [Fact]
    public void A_triple_fault_has_status_125()
        => Assert.Equal(125, Run(new TinyKernel { Ending = TinyEnding.TripleFault }).Status);

    [Fact]
    public void A_machine_that_hangs_is_stopped_in_time_and_its_output_kept()
    {
        MachineResult result = Run(new TinyKernel { Output = Bytes("so far\n"), Ending = TinyEnding.Hang }, machine => machine with { Timeout = TimeSpan.FromSeconds(2) });
        Assert.Equal((MachineEnding.TimedOut, 124), (result.Ending, result.Status));
        Assert.Equal("so far\n", result.Output);
        Assert.InRange(result.Elapsed.TotalSeconds, 1.9, 20);
    }

    [Fact]
    public void A_guest_that_said_its_status_and_cannot_power_off_is_stopped()
    {
        MachineResult result = Run(new TinyKernel { Output = Bytes("\u001Eazalea: exit 3\n"), Ending = TinyEnding.Hang });
        Assert.Equal((MachineEnding.Exited, 3), (result.Ending, result.Status));
    }

    [Fact]
    public async Task Cancelling_stops_the_machine()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        MachineDescription machine = Describe(new TinyKernel { Ending = TinyEnding.Hang });
        MachineResult result = await Machine.RunAsync(machine, cancellation: cancellation.Token);
        Assert.Equal((MachineEnding.Cancelled, 130), (result.Ending, result.Status));
    }

    [Fact]
    public void The_command_line_arrives_word_for_word()
    {
        string[] words = ["verbose", "--", "/bin/a b", "it's", "", "\"q\\"];
        MachineResult result = Run(new TinyKernel { EchoCommandLine = true }, machine => machine with { CommandLine = words });
        Assert.Equal(words, KernelCommandLine.Split(result.Output.TrimEnd('\n')));
    }

    [Fact]
    public void No_temporary_file_is_left()
    {
        string temporary = Path.Combine(_work.FullName, "tmp");
        Directory.CreateDirectory(temporary);
        MachineDescription machine = Describe(new TinyKernel { Output = Bytes("\u001Eazalea: exit 0\n") });
        Assert.Equal(0, new MachineRun(HostTools.Default, machine, new MachineStreams(), temporary).Execute(CancellationToken.None).Status);
        Assert.Empty(Directory.GetFileSystemEntries(temporary));
    }

    [Fact]
    public void A_QEMU_that_refuses_the_machine_is_quoted_once()
    {
        LaunchException error = Assert.Throws<LaunchException>(() => Run(new TinyKernel(), machine => machine with { ExtraArguments = ["-bogus"] }));
        Assert.Equal((ExitStatus.Unavailable, "QEMU refused the machine: -bogus: invalid option"), (error.ExitStatus, error.Problem));
    }

    [Fact]
    public void A_kernel_without_PVH_note_is_refused_with_a_hint()
    {
        LaunchException error = Assert.Throws<LaunchException>(() => Machine.Run(new MachineDescription { Kernel = "/bin/true", Timeout = s_patience }));
        Assert.Equal((ExitStatus.NoInput, "boot it with --iso"), (error.ExitStatus, error.Advice));
    }

    [Fact]
    public void The_test_boot_of_the_KVM_probe_runs_where_an_accelerator_works_and_says_why_where_not()
    {
        string qemu = HostTools.Default.Program("qemu-system-x86_64", "runs the machine");
        Assert.Null(KvmProbe.TestBoot(qemu, "tcg", "max"));
        Assert.Contains("nosuch", KvmProbe.TestBoot(qemu, "nosuch", "max"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_megabyte_of_output_comes_whole_to_a_slow_reader()
    {
        byte[] text = new byte[1 << 20];
        new Random(1).NextBytes(text);
        text = [.. text.Where(b => b != ConsoleParser.RecordSeparator)];
        var output = new SlowStream();
        MachineDescription machine = Describe(new TinyKernel { Output = text, LastOutput = Bytes("\u001Eazalea: exit 0\n") });
        Assert.Equal(0, Machine.Run(machine, output, Stream.Null).Status);
        Assert.Equal(text, output.ToArray());
    }

    [Fact]
    public void A_reader_that_goes_away_stops_the_machine()
    {
        var output = new MemoryStream([], writable: false);
        MachineDescription machine = Describe(new TinyKernel { Output = Bytes("x"), Ending = TinyEnding.Hang });
        Assert.Throws<NotSupportedException>(() => Machine.Run(machine with { Timeout = s_patience }, output, Stream.Null));
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private MachineDescription Describe(TinyKernel kernel) => new()
    {
        Kernel = kernel.Write(Path.Combine(_work.FullName, "kernel.elf")),
        Memory = MemorySize.Mebibytes(32),
        Timeout = s_patience,
    };

    private MachineResult Run(TinyKernel kernel, Func<MachineDescription, MachineDescription>? change = null)
    {
        MachineDescription machine = Describe(kernel);
        return Machine.Run(change is null ? machine : change(machine));
    }

    private sealed class SlowStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Thread.Sleep(1);
            base.Write(buffer);
        }
    }
}
