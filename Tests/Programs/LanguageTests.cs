using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>Programs on the libraries and runtimes of other languages.</summary>
public sealed class LanguageTests
{
    public static OnCores CppEndings { get; } = new("uncaught");

    [Theory]
    [MemberData(nameof(CppEndings))]
    public void A_program_on_the_library_of_Cpp_does_as_on_Linux(string ending, int cpus)
        => new ProgramRun(ProgramStore.Find("cpp"), ending.Split(' ', StringSplitOptions.RemoveEmptyEntries)).MustEqualLinux(cpus);
}
