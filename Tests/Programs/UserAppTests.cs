using AzaleaOS.Build.Launching;
using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>The applications of UserApps on Linux and on the kernel.</summary>
public sealed class UserAppTests
{
    [Theory]
    [InlineData("Hello", 1, "reader")]
    [InlineData("Primes", 2, "60000", "--no-times")]
    [InlineData("Primes", 4, "60000", "--no-times")]
    [InlineData("Mandelbrot", 4, "60", "20")]
    [InlineData("GcStress", 4, "1", "8")]
    [InlineData("Threads", 1)]
    [InlineData("Threads", 4)]
    [InlineData("Stream", 4, "6", "--no-times")]
    [InlineData("KeyValue", 1, "4", "40")]
    [InlineData("KeyValue", 4, "4", "40")]
    public void An_application_does_as_on_Linux(string name, int cpus, params string[] arguments)
        => new ProgramRun(UserApp.Find(name), arguments).MustEqualLinux(cpus);

    [Fact]
    public void Words_are_counted_as_on_Linux()
        => new ProgramRun(UserApp.Find("WordCount"), "library.cpp", "nowhere") { Files = ["Cpp/library.cpp"] }.MustEqualLinux(cpus: 2);

    [Fact]
    public void The_smallest_disc_has_less_than_4_500_000_bytes()
        => Assert.InRange(new FileInfo(Path.ChangeExtension(UserApp.Find("Hello"), ".iso")).Length, 1, 4_500_000);

    [Fact]
    public void The_smallest_program_runs_in_24_mebibytes()
        => new ProgramRun(UserApp.Find("Hello")) { Memory = MemorySize.Mebibytes(24) }.MustEqualLinux(cpus: 1);
}
