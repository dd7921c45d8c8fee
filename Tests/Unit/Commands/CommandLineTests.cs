using System.CommandLine;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Commands;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Unit.Commands;

public class CommandLineTests
{
    [Theory]
    [InlineData("bogus")]
    [InlineData("run --bogus")]
    [InlineData("run /bin/ls -l")]
    [InlineData("run --cpus 0 /bin/ls")]
    [InlineData("run --cpus many /bin/ls")]
    [InlineData("run --cpus")]
    [InlineData("run --mem 1Q /bin/ls")]
    [InlineData("run --machine toaster /bin/ls")]
    [InlineData("run --pages sometimes /bin/ls")]
    [InlineData("run --timeout 0 /bin/ls")]
    [InlineData("run --timeout -1 /bin/ls")]
    [InlineData("run --accel 1 /bin/ls")]
    [InlineData("run --topology 1:2 /bin/ls")]
    [InlineData("run --gdb 99999 /bin/ls")]
    [InlineData("run --image /proc/self/exe --env NOVALUE")]
    [InlineData("run --image /proc/self/exe --cwd relative")]
    [InlineData("run --image /proc/self/exe --mem 1M --no-install")]
    [InlineData("doctor extra")]
    [InlineData("doctor -- extra")]
    [InlineData("clean --zap")]
    [InlineData("")]
    public void A_wrong_command_line_ends_with_64(string line)
        => Assert.Equal(ExitStatus.Usage, AzaleaCommand.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Theory]
    [InlineData("run --no-install --image /no/such/image")]
    [InlineData("run --no-install --image /etc/passwd")]
    [InlineData("run --no-install --image /proc/self/exe --file /no/such/file")]
    [InlineData("run --no-install --image /proc/self/exe /no/such/program")]
    [InlineData("run --no-install --image /proc")]
    public void A_file_that_cannot_be_read_ends_with_66(string line) => Assert.Equal(ExitStatus.NoInput, AzaleaCommand.Run(line.Split(' ')));

    [Theory]
    [InlineData("run --help")]
    [InlineData("iso --help")]
    [InlineData("build -h")]
    [InlineData("test --help")]
    [InlineData("bench --help")]
    [InlineData("bench getpid -h")]
    [InlineData("doctor --help")]
    [InlineData("clean --help")]
    [InlineData("--help")]
    [InlineData("--version")]
    public void Help_is_no_error(string line) => Assert.Equal(ExitStatus.Success, AzaleaCommand.Run(line.Split(' ')));

    [Fact]
    public void Every_verb_has_examples_that_it_accepts()
    {
        RootCommand root = AzaleaCommand.Create(new CommandContext());
        foreach (Command verb in root.Subcommands.Where(command => !command.Hidden))
        {
            IHasExamples examples = Assert.IsAssignableFrom<IHasExamples>(verb);
            Assert.NotEmpty(examples.Examples);
            foreach (string example in examples.Examples)
            {
                string[] words = [.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(example.Split("     ")[0])];
                Assert.Equal("azalea", words[0]);
                (string[] head, string[] tail) = AzaleaCommand.SplitAtSeparator(words[1..]);
                Assert.Null(AzaleaCommand.UsageProblem(root.Parse(head), tail));
                Assert.All(words.Where(word => word.StartsWith("UserApps/", StringComparison.Ordinal)), image => Assert.NotNull(KernelImage.FindProject(Path.Combine(SourceTree.Root, image))));
            }
        }
    }

    [Fact]
    public void Options_describe_the_machine()
    {
        var options = new MachineOptions();
        var command = new Command("x");
        options.AddTo(command);
        MachineDescription machine = options.Describe(command.Parse(
            "--cpus 8 --mem 2G --machine pc --topology 2:2:2 --iso --uefi --icount --accel auto --timeout 1.5 --gdb --window --qemu-args \"-d int\" --qemu-args -S"));
        Assert.Equal((8, MemorySize.Gibibytes(2), MachineKind.Pc, new CpuTopology(2, 2, 2)), (machine.Cpus, machine.Memory, machine.Kind, machine.Topology));
        Assert.Equal((BootMethod.Iso, Firmware.Uefi, true, Accelerator.Auto), (machine.Boot, machine.Firmware, machine.CountInstructions, machine.Accelerator));
        Assert.Equal((TimeSpan.FromSeconds(1.5), 1234, MachineDisplay.Window), (machine.Timeout, machine.GdbPort, machine.Display));
        Assert.Equal(["-d", "int", "-S"], machine.ExtraArguments);
    }

    [Fact]
    public void Without_options_the_machine_is_the_default_one()
    {
        var options = new MachineOptions();
        var command = new Command("x");
        options.AddTo(command);
        MachineDescription machine = options.Describe(command.Parse(""));
        Assert.Equal(new MachineDescription { ExtraArguments = machine.ExtraArguments, CommandLine = machine.CommandLine }, machine);
    }

    [Fact]
    public void Only_the_first_separator_is_ours()
    {
        (string[] head, string[] tail) = AzaleaCommand.SplitAtSeparator(["run", "x", "--", "-a", "--", "b"]);
        Assert.Equal(["run", "x"], head);
        Assert.Equal(["-a", "--", "b"], tail);
    }
}
