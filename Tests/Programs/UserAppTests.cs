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

    /// <summary>Sixteen threads that allocate, for as many seconds as AZALEA_GC_SECONDS says.</summary>
    [Fact]
    public void Sixteen_threads_that_allocate_lose_nothing()
    {
        string seconds = Environment.GetEnvironmentVariable("AZALEA_GC_SECONDS") ?? "2";
        var run = new ProgramRun(UserApp.Find("GcStress"), seconds, "16") { Patience = TimeSpan.FromSeconds((2 * double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)) + 300) };
        Outcome outcome = run.Here(cpus: 2);
        Assert.Equal(0, outcome.Status);
        Assert.Equal("everything held, everything let go was collected\n", System.Text.Encoding.ASCII.GetString(outcome.Output));
    }

    [Fact]
    public void Words_are_counted_as_on_Linux()
        => new ProgramRun(UserApp.Find("WordCount"), "library.cpp", "nowhere") { Files = ["Cpp/library.cpp"] }.MustEqualLinux(cpus: 2);

    [Fact]
    public void Bandwidth_is_measured_in_C_as_on_Linux()
        => new ProgramRun(UserApp.Compile("Stream/stream.c"), "6", "--no-times").MustEqualLinux(cpus: 4);

    [Fact]
    public void A_program_that_ends_for_want_of_memory_is_explained_in_one_line()
    {
        // The other file takes so much of the least machine that the runtime does not start; with a little more a thread of its ends it, in one way or another.
        Outcome here = new ProgramRun(UserApp.Find("Hello")) { Memory = MemorySize.Mebibytes(5), HostFiles = ["/usr/bin/env"] }.Here(cpus: 1);
        Assert.True(here.Status == 255, here.Details);
        Assert.Single(here.Details.Split('\n'), line => line.Contains("a .NET program needs a machine of 6 MiB, give it more (AZ8002)", StringComparison.Ordinal));
    }

    [Fact]
    public void The_smallest_disc_has_less_than_4_500_000_bytes()
        => Assert.InRange(new FileInfo(Path.ChangeExtension(UserApp.Find("Hello"), ".iso")).Length, 1, 4_500_000);

    [Fact]
    public void The_smallest_program_runs_in_6_mebibytes()
        => new ProgramRun(UserApp.Find("Hello")) { Memory = MemorySize.Mebibytes(6) }.MustEqualLinux(cpus: 1);
}
