using AzaleaOS.Build.Launching;
using AzaleaOS.Build.StackTraces;
using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>What C# programs do with the runtime's larger parts, on machines of any size.</summary>
public sealed class CSharpFamilyTests
{
    [Theory]
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
    [InlineData("thread-unhandled", 1)]
    [InlineData("thread-unhandled", 2)]
    [InlineData("thread-unhandled", 4)]
    [InlineData("thread-unhandled", 8)]
    [InlineData("null-unhandled", 1)]
    [InlineData("null-unhandled", 2)]
    [InlineData("null-unhandled", 4)]
    [InlineData("null-unhandled", 8)]
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
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Memory_that_runs_out_is_an_exception_and_the_program_goes_on(int cpus)
    {
        // On Linux the runtime may be killed before it notices; what must come out here is what the program says.
        const string Exception = "OutOfMemoryException";
        Outcome outcome = new ProgramRun(ProgramStore.Find("csharp-exec"), "memory") { Memory = MemorySize.Mebibytes(96) }.Here(cpus);
        string[] parts = ["one array", "rank 2", "arrays of 1000", "arrays of 40000", "arrays of 200000", "arrays of 5000000", "list that doubles", "text"];
        string expected = string.Concat(parts.Select(part => $"{part}: {Exception}\n")) + $"at once:{string.Concat(Enumerable.Repeat(" " + Exception, 4))}\ngoes on: 12450000\n";
        outcome.MustEqual(new Outcome(System.Text.Encoding.ASCII.GetBytes(expected), 0));
    }
}
