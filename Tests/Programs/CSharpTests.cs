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
}
