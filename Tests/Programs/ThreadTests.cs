using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>POSIX threads and OpenMP in C.</summary>
public sealed class ThreadTests
{
    public static OnCores Parts { get; } = new(
        "mutexes", "conditions", "broadcast", "rwlocks", "barriers", "semaphores", "tls", "lifecycle",
        "detaching", "robustness", "inheritance", "cancellation", "signals");

    public static OnCores Kinds { get; } = new("threads-pie", "threads-musl");

    [Theory]
    [MemberData(nameof(Parts))]
    public void Each_part_of_POSIX_threads_does_as_on_Linux(string part, int cpus)
        => new ProgramRun(ProgramStore.Find("threads-glibc"), part).MustEqualLinux(cpus);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void All_of_POSIX_threads_does_as_on_Linux_in_other_kinds_of_program(string program, int cpus)
        => new ProgramRun(ProgramStore.Find(program)).MustEqualLinux(cpus);

    // Threads that wait by spinning take minutes where the emulator has fewer cores than the machine.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Four_threads_of_OpenMP_compute_what_they_do_on_Linux(int cpus)
        => new ProgramRun(ProgramStore.Find("openmp")) { Environment = ["OMP_NUM_THREADS=4", "OMP_WAIT_POLICY=passive"] }.MustEqualLinux(cpus);
}
