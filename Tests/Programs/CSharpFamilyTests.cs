using AzaleaOS.Build.Launching;
using AzaleaOS.Build.StackTraces;
using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>What C# programs do with the runtime's larger parts, on machines of any size.</summary>
public sealed class CSharpFamilyTests
{
    [Theory]
    [InlineData("parallel", 8)]
    [InlineData("gc", 8)]
    [InlineData("faults", 8)]
    [InlineData("async", 8)]
    [InlineData("timers", 8)]
    [InlineData("files", 8)]
    [InlineData("nulls", 1)]
    [InlineData("nulls", 2)]
    [InlineData("nulls", 4)]
    [InlineData("nulls", 8)]
    [InlineData("heap", 1)]
    [InlineData("heap", 2)]
    [InlineData("heap", 4)]
    [InlineData("heap", 8)]
    [InlineData("storage", 1)]
    [InlineData("storage", 2)]
    [InlineData("storage", 4)]
    [InlineData("storage", 8)]
    [InlineData("network", 1)]
    [InlineData("network", 2)]
    [InlineData("network", 4)]
    [InlineData("network", 8)]
    [InlineData("machine", 1)]
    [InlineData("machine", 2)]
    [InlineData("machine", 4)]
    [InlineData("machine", 8)]
    [InlineData("thread-unhandled", 2)]
    [InlineData("null-unhandled", 2)]
    public void A_family_of_programs_does_as_on_Linux(string word, int cpus)
        => new ProgramRun(ProgramStore.Find("csharp-exec"), word).MustEqualLinux(cpus);

    [Theory]
    [InlineData("thread-unhandled", "Faults.<>c.<EndThread>", "Faults.cs", "on a thread")]
    [InlineData("null-unhandled", "Faults.Read(Faults.Box)", "Faults.cs", "=> box!.Value")]
    [InlineData("unhandled", "Program.<Main>d__0.MoveNext()", "Program.cs", "nobody catches this")]
    public void An_exception_that_nobody_catches_is_told_with_its_file_and_line(string word, string method, string file, string line)
    {
        string program = ProgramStore.Find("csharp-exec");
        Outcome outcome = new ProgramRun(program, word).Here(cpus: 2);
        Assert.Equal(UnhandledException.Status, outcome.Status);
        string described = UnhandledException.Describe(outcome.Text, program) ?? "";
        string frame = described.Split('\n').First(text => text.Contains(method, StringComparison.Ordinal));
        int number = Array.FindIndex(File.ReadAllLines(Path.Combine(ProgramRecipe.SourcesRoot, "CSharp", file)), text => text.Contains(line, StringComparison.Ordinal)) + 1;
        Assert.EndsWith($"/CSharp/{file}:line {number}", frame, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Memory_that_runs_out_is_an_exception_and_the_program_goes_on(int cpus)
    {
        // Linux has more memory than one wants to fill: there the collector is told a limit.
        string program = ProgramStore.Find("csharp-exec");
        Outcome linux = new ProgramRun(program, "memory") { Environment = ["DOTNET_GCHeapHardLimit=5000000"] }.OnLinux();
        new ProgramRun(program, "memory") { Memory = MemorySize.Mebibytes(96) }.Here(cpus).MustEqual(linux);
        Assert.Equal(0, linux.Status);
    }
}
