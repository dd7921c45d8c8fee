using System.Globalization;
using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>Wake-ups and signals, very many of them: none is lost.</summary>
/// <remarks>
/// Small by default. All of it: <c>AZALEA_FUTEX_OPERATIONS=1000000 AZALEA_FUTEX_RUNS=100 AZALEA_SIGNAL_PAIRS=100000</c>
/// takes hours in an emulator.
/// </remarks>
public sealed class TortureTests
{
    private const int OperationsPerMinute = 20_000;
    private const int PairsPerMinute = 2_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void No_wakeup_of_sixteen_threads_is_lost(int cpus)
    {
        int operations = Number("AZALEA_FUTEX_OPERATIONS", 20_000);
        int runs = Number("AZALEA_FUTEX_RUNS", 2);
        Torture(operations / OperationsPerMinute * runs, "futex", operations, runs).MustEqualLinux(cpus);
    }

    // On one core each pair waits for the end of the time slice of the thread that spins.
    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 2_000)]
    [InlineData(4, 2_000)]
    public void No_signal_to_a_thread_that_spins_is_lost_or_overtaken(int cpus, int pairs)
    {
        pairs = cpus == 1 ? pairs : Number("AZALEA_SIGNAL_PAIRS", pairs);
        Torture(pairs / PairsPerMinute, "signals", pairs).MustEqualLinux(cpus);
    }

    private static ProgramRun Torture(int minutes, string what, params IEnumerable<int> numbers)
        => new(ProgramStore.Find("torture"), [what, .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))])
        {
            Patience = TimeSpan.FromMinutes(5 + minutes),
        };

    private static int Number(string variable, int otherwise)
        => Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
