using AzaleaOS.Build.Launching;
using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>C# with the whole .NET runtime, as an ordinary static program of Linux.</summary>
public sealed class CSharpTests
{
    public static OnCores Words { get; } = new("hello", "parallel", "gc", "faults", "async", "timers", "files", "unhandled", "exit");

    [Theory]
    [MemberData(nameof(Words))]
    public void A_program_linked_to_its_address_does_as_on_Linux(string word, int cpus)
        => new ProgramRun(ProgramStore.Find("csharp-exec"), word).MustEqualLinux(cpus);

    [Theory]
    [MemberData(nameof(Words))]
    public void A_program_that_relocates_itself_does_as_on_Linux(string word, int cpus)
        => new ProgramRun(ProgramStore.Find("csharp-pie"), word).MustEqualLinux(cpus);

    [Theory]
    [InlineData("heap", 1)]
    [InlineData("heap", 2)]
    [InlineData("heap", 4)]
    [InlineData("heap", 8)]
    public void A_program_with_the_server_s_collector_does_as_on_Linux(string word, int cpus)
        => new ProgramRun(ProgramStore.Find("csharp-pie"), word) { Environment = ["DOTNET_gcServer=1"] }.MustEqualLinux(cpus);

    [Fact]
    public void The_runtime_sees_the_cores_and_the_memory_that_it_was_lent()
    {
        Outcome outcome = new ProgramRun(ProgramStore.Find("csharp-exec"), "size") { Memory = MemorySize.Mebibytes(300) }.Here(cpus: 8);
        string[] words = System.Text.Encoding.ASCII.GetString(outcome.Output).Split(' ');
        Assert.Equal("8", words[0]);

        // Three quarters of what the kernel leaves, which is what .NET takes of a limit.
        Assert.InRange(int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture), 200, 225);
    }
}
