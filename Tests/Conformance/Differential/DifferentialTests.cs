using System.Globalization;
using AzaleaOS.Tests.Conformance.Differential.Themes;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>Generated programs of system calls give here what they give on Linux, value by value and error by error.</summary>
/// <remarks>
/// The seed is fixed, so that a run can be repeated; <c>AZALEA_SEED</c> and <c>AZALEA_PROGRAMS</c> set another
/// one and how many programs a theme has. README.md in this folder says how it works.
/// </remarks>
public sealed class DifferentialTests(ScriptInterpreter interpreter, ITestOutputHelper output) : IClassFixture<ScriptInterpreter>
{
    private static readonly Theme[] s_themes =
    [
        MemoryTheme.Theme, MemoryTheme.OfFiles, IdentityTheme.Theme, TimeTheme.Theme, SignalTheme.Theme, SignalTheme.Faults,
        FutexTheme.Theme, FileTheme.Descriptors, FileTheme.Names, PipeTheme.Theme, PipeTheme.Sockets,
    ];

    public static TheoryData<string> Themes => [.. s_themes.Select(theme => theme.Name)];

    [Theory]
    [MemberData(nameof(Themes))]
    public void Linux_agrees_with_itself(string theme)
    {
        // What differs between two runs on Linux would be found as a difference sooner or later.
        Theme chosen = s_themes.Single(one => one.Name == theme);
        var run = new DifferentialRun(interpreter.Linux, interpreter.Linux, canWriteFiles: true);
        string report = run.Compare(Programs(chosen, Seed, Count(300), _ => true));
        output.WriteLine($"{run.Answers.Successes} of {run.Answers.All} answers were no errors");
        Assert.True(report.Length == 0, report);
    }

    [Theory]
    [InlineData("signals", 600)]
    [InlineData("faults", 300)]
    public void Generated_programs_give_what_they_give_on_Linux(string theme, int programs)
    {
        // The other themes still find differences; AZALEA_THEME=name shows those of one.
        Theme chosen = s_themes.Single(one => one.Name == (Environment.GetEnvironmentVariable("AZALEA_THEME") ?? theme));
        output.WriteLine($"AZALEA_SEED={Seed}, {Count(programs)} programs");
        var run = new DifferentialRun(interpreter.Linux, interpreter.Kernel, canWriteFiles: AnsweredCalls.Contains(83));
        string report = run.Compare(Programs(chosen, Seed, Count(programs), AnsweredCalls.Contains));
        output.WriteLine($"{run.Answers.Successes} of {run.Answers.All} answers were no errors");
        output.WriteLine($"not there yet: {string.Join(' ', chosen.Calls.Where(call => !AnsweredCalls.Contains(call)).Select(call => call.Name).Distinct())}");
        foreach ((string name, int count) in run.Known)
            output.WriteLine($"{count} times known: {name}");
        Assert.True(report.Length == 0, $"AZALEA_SEED={Seed}: {report}");
    }

    [Fact]
    public void A_wrong_answer_is_found_and_shown_with_the_fewest_steps()
    {
        var run = new DifferentialRun(interpreter.Linux, new LyingHost(interpreter.Linux), canWriteFiles: true);
        string report = run.Compare(Programs(MemoryTheme.Theme, 1, 60, _ => true));
        Assert.Contains("madvise: 0 on Linux, 7 here", report, StringComparison.Ordinal);
        string shown = report.Split("madvise: 0 on Linux, 7 here")[1].Split("\n\n")[0];
        Assert.InRange(shown.Split('\n').Count(line => line.Contains('#', StringComparison.Ordinal)), 1, 2);
    }

    private static ulong Seed => ulong.Parse(Environment.GetEnvironmentVariable("AZALEA_SEED") ?? "1", CultureInfo.InvariantCulture);

    private static int Count(int standard)
        => Environment.GetEnvironmentVariable("AZALEA_PROGRAMS") is { } count ? int.Parse(count, CultureInfo.InvariantCulture) : standard;

    private static IReadOnlyList<ScriptProgram> Programs(Theme theme, ulong seed, int count, Func<Syscall, bool> isAnswered)
        => [.. Gen.Sample(theme.Programs(isAnswered), count, new Rnd(seed), 50)];
}
