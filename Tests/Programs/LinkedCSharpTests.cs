using System.Globalization;
using AzaleaOS.Build.Launching;
using AzaleaOS.Tests.Programs.Building;

namespace AzaleaOS.Tests.Programs;

/// <summary>UserApps/Linked: a C# program in one file with the kernel.</summary>
public sealed class LinkedCSharpTests
{
    private const string Program = "/app/Linked";

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void The_file_boots_and_calls_semaphores_memory_and_the_collector_do_what_they_should(int cpus)
    {
        MachineResult result = Run(new MachineDescription { Cpus = cpus, Timeout = TimeSpan.FromMinutes(4) });
        Assert.Equal(
            $"""
            process 2, as .NET says: True
            core within the {cpus} lent: True
            node 0: {cpus} cores, memory: True
            node of core 0: 0
            semaphores: right
            ticks: right
            priorities: right
            memory: right
            collector: right

            """,
            result.Output);
        Assert.Equal(0, result.Status);
    }

    [Fact]
    public void A_getpid_by_a_plain_call_takes_at_most_12_instructions_with_the_loop()
    {
        MachineResult result = Run(new MachineDescription { CountInstructions = true, CommandLine = [KernelCommandLine.ProgramSeparator, Program, "cost"], Timeout = TimeSpan.FromMinutes(2) });
        Dictionary<string, double> costs = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .ToDictionary(words => words[0], words => long.Parse(words[1], CultureInfo.InvariantCulture) / 1000.0);

        // A turn of the clock in ten thousand calls is a hundredth of an instruction.
        Assert.InRange(costs["csharp-linked"], 6, 12.1);
        Assert.InRange(costs["csharp-pinvoke"], 20, 60);
    }

    [Theory]
    [InlineData(3072, "1")]
    [InlineData(1024, "0")]
    public void Memory_comes_from_the_node_of_the_core_that_asks(int ofSecond, string hugeOfSecond)
    {
        // A range of memory begins with the kernel's records: in 1 GiB no whole page of that size is left. The other node has one, and gives it.
        (int Node, int Mebibytes)[] nodes = [(0, 4096), (1, ofSecond)];
        MachineResult result = Machine.Run(new MachineDescription
        {
            Kernel = UserApp.Find("Linked"),
            CommandLine = [KernelCommandLine.ProgramSeparator, Program, "placement"],
            Cpus = 4,
            Memory = MemorySize.Mebibytes(4096 + ofSecond),
            Timeout = TimeSpan.FromMinutes(4),
            ExtraArguments =
            [
                .. nodes.SelectMany(node => new[]
                {
                    "-object", $"memory-backend-ram,id=m{node.Node},size={node.Mebibytes}M", "-numa", $"node,nodeid={node.Node},memdev=m{node.Node},cpus={2 * node.Node}-{(2 * node.Node) + 1}",
                }),
            ],
        });
        Assert.Equal(
            $"""
            core 0 of node 0: pages of 4 KiB 0-0, of 2 MiB 0-0, of 1 GiB 0-0
            core 1 of node 0: pages of 4 KiB 0-0, of 2 MiB 0-0, of 1 GiB 0-0
            core 2 of node 1: pages of 4 KiB 1-1, of 2 MiB 1-1, of 1 GiB {hugeOfSecond}-{hugeOfSecond}
            core 3 of node 1: pages of 4 KiB 1-1, of 2 MiB 1-1, of 1 GiB {hugeOfSecond}-{hugeOfSecond}

            """,
            result.Output);
    }

    private static MachineResult Run(MachineDescription machine)
        => Machine.Run(machine with { Kernel = UserApp.Find("Linked"), Memory = MemorySize.Mebibytes(256) });
}
