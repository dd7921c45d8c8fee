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

    private static MachineResult Run(MachineDescription machine)
        => Machine.Run(machine with { Kernel = UserApp.Find("Linked"), Memory = MemorySize.Mebibytes(256) });
}
