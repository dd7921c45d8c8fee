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
    // With as many programs as each one has usually; 0 for those that still find differences.
    private static readonly (Theme Theme, int Programs)[] s_themes =
    [
        (MemoryTheme.Theme, 250), (MemoryTheme.OfFiles, 250), (IdentityTheme.Theme, 250), (TimeTheme.Theme, 200), (SignalTheme.Theme, 600), (SignalTheme.Faults, 300),
        (FutexTheme.Theme, 250), (FileTheme.Descriptors, 300), (FileTheme.Names, 300), (PipeTheme.Theme, 250), (PipeTheme.Sockets, 250),
    ];

    private static readonly (Theme Theme, int Programs)[] s_themesOfPeer = [(MemoryTheme.Theme, 100), (MemoryTheme.OfFiles, 100)];

    public static TheoryData<string> Themes => [.. s_themes.Select(one => one.Theme.Name)];

    [Theory]
    [MemberData(nameof(Themes))]
    public void Linux_agrees_with_itself(string theme)
    {
        // What differs between two runs on Linux would be found as a difference sooner or later.
        Theme chosen = s_themes.Single(one => one.Theme.Name == theme).Theme;
        var run = new DifferentialRun(interpreter.Linux, interpreter.Linux, canWriteFiles: true);
        string report = run.Compare(Programs(chosen, Seed, Count(300), _ => true));
        output.WriteLine($"{run.Answers.Successes} of {run.Answers.All} answers were no errors");
        Assert.True(report.Length == 0, report);
    }

    /// <summary>The themes and how many programs each has; <c>AZALEA_THEME</c> leaves one.</summary>
    public static TheoryData<string, int> Sizes
    {
        get
        {
            var sizes = new TheoryData<string, int>();
            string only = Environment.GetEnvironmentVariable("AZALEA_THEME") ?? "";
            foreach ((Theme theme, int programs) in s_themes)
            {
                if (only.Length == 0 ? programs > 0 : only == theme.Name)
                    sizes.Add(theme.Name, programs);
            }

            return sizes;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Generated_programs_give_what_they_give_on_Linux(string theme, int programs)
    {
        Theme chosen = s_themes.Single(one => one.Theme.Name == theme).Theme;
        output.WriteLine($"AZALEA_SEED={Seed}, {Count(programs)} programs");
        var run = new DifferentialRun(interpreter.Linux, interpreter.Kernel, canWriteFiles: AnsweredCalls.Contains(83));
        string report = run.Compare(Programs(chosen, Seed, Count(programs), AnsweredCalls.Contains));
        output.WriteLine($"{run.Answers.Successes} of {run.Answers.All} answers were no errors");
        output.WriteLine($"not there yet: {string.Join(' ', chosen.Calls.Where(call => !AnsweredCalls.Contains(call)).Select(call => call.Name).Distinct())}");
        foreach ((string name, int count) in run.Known)
            output.WriteLine($"{count} times known: {name}");
        Assert.True(report.Length == 0, $"AZALEA_SEED={Seed}: {report}");
    }

    /// <summary>The themes whose files are the peer's, and how many programs each has; <c>AZALEA_THEME</c> leaves one.</summary>
    public static TheoryData<string, int> PeerSizes
    {
        get
        {
            var sizes = new TheoryData<string, int>();
            string only = Environment.GetEnvironmentVariable("AZALEA_THEME") ?? "";
            foreach ((Theme theme, int programs) in s_themesOfPeer)
            {
                if (only.Length == 0 || only == theme.Name)
                    sizes.Add(theme.Name, programs);
            }

            return sizes;
        }
    }

    [Theory]
    [MemberData(nameof(PeerSizes))]
    public void Generated_programs_give_what_they_give_on_Linux_with_the_files_of_the_peer(string theme, int programs)
    {
        Theme chosen = s_themesOfPeer.Single(one => one.Theme.Name == theme).Theme;
        output.WriteLine($"AZALEA_SEED={Seed}, {Count(programs)} programs");
        var run = new DifferentialRun(interpreter.Linux, interpreter.Peer, canWriteFiles: true);
        string report = run.Compare(Programs(chosen, Seed, Count(programs), AnsweredCalls.Contains));
        output.WriteLine($"{run.Answers.Successes} of {run.Answers.All} answers were no errors");
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
        => Environment.GetEnvironmentVariable("AZALEA_PROGRAMS") is { } count ? int.Parse(count, CultureInfo.InvariantCulture) : Math.Max(standard, 1);

    private static IReadOnlyList<ScriptProgram> Programs(Theme theme, ulong seed, int count, Func<Syscall, bool> isAnswered)
        => [.. Gen.Sample(theme.Programs(isAnswered), count, new Rnd(seed), 50)];
}
