using System.Collections.Immutable;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>An answer that is not Linux's on purpose. <c>docs/differences.md</c> lists each by its name.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Calls">The calls it concerns.</param>
/// <param name="Reason">Why.</param>
/// <param name="Matches">Whether two lines, Linux's and ours, differ in this way.</param>
internal sealed record KnownDifference(string Name, ImmutableArray<string> Calls, string Reason, Func<ScriptStep, string, string, bool> Matches)
{
    /// <summary>The rest of the program sees other state, so that it cannot be compared.</summary>
    internal bool EndsComparison { get; init; }

    /// <summary>All of them.</summary>
    internal static ImmutableArray<KnownDifference> All { get; } =
    [
        new("CLOCK_*_COARSE", ["clock_getres"], "there is no tick", (step, linux, here) => step.Words[0] is Number { Value: 5 or 6 } && IsSuccess(linux) && IsSuccess(here)) { EndsComparison = true },
        new("TIOCOUTQ", ["ioctl"], "Linux counts its own overhead", (step, linux, here) => step.Words[1] is Number { Value: 0x5411 } && IsSuccess(linux) && IsSuccess(here)) { EndsComparison = true },
        new("mincore", ["mincore"], "pages have their frames before they are touched", (step, linux, here) => linux.Split('@')[0] == here.Split('@')[0]),
        new("pkey_alloc", ["pkey_alloc"], "without protection keys Linux says one thing first and another then", (step, linux, here) => linux.StartsWith("-22", StringComparison.Ordinal) && here.StartsWith("-28", StringComparison.Ordinal)),
        new("mmap(MAP_HUGETLB)", ["mmap"], "pages come from all free memory, not from a pool", (step, linux, here) => HasFlags(step, 0x40020) && linux.StartsWith("-12", StringComparison.Ordinal) && !here.StartsWith('-')) { EndsComparison = true },
        new("mmap(MAP_DROPPABLE)", ["mmap"], "not there yet", (step, linux, here) => HasFlags(step, 0x28) && !linux.StartsWith('-') && here.StartsWith("-22", StringComparison.Ordinal)) { EndsComparison = true },
        new("mremap", ["mremap"], "moves one mapping, as Linux did before 6.17", (step, linux, here) => !linux.StartsWith('-') && here.StartsWith("-14", StringComparison.Ordinal)) { EndsComparison = true },
    ];

    /// <summary>The one that explains two lines; null if none does.</summary>
    internal static KnownDifference? Find(ScriptStep step, string linux, string here)
        => All.FirstOrDefault(known => known.Calls.Contains(step.Name) && known.Matches(step, linux, here));

    private static bool HasFlags(ScriptStep step, long flags) => step.Words[3] is Number number && (number.Value & flags) == flags;

    private static bool IsSuccess(string answer) => answer.StartsWith("0", StringComparison.Ordinal);
}
