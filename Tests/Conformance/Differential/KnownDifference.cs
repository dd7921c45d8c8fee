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

    /// <summary>Whether the steps before allow it; null where each program does.</summary>
    internal Func<IReadOnlyList<ScriptStep>, bool>? Follows { get; init; }

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
        new("mremap with an old length of 0, anonymous shared memory", ["mremap"], "pages of no file have no name to find them by", (step, linux, here) => step.Words[1] is Number { Value: 0 } && here.StartsWith("-22", StringComparison.Ordinal)) { EndsComparison = true },
        new("mremap makes anonymous shared memory longer", ["pages", "fill"], "what is added is memory", (step, linux, here) => IsMissing(linux, here)) { EndsComparison = true, Follows = Grows },
        new("mbind(MPOL_LOCAL, MPOL_MF_STRICT)", ["mbind"], "pages have their frames before they are touched", (step, linux, here) => step.Words[2] is Number { Value: 4 } && linux.StartsWith("-5", StringComparison.Ordinal) && here.StartsWith('0')),
        new("bytes behind the end of a mapped file", ["pages"], "they are zeros when the file grows, as POSIX has it", (step, linux, here) => linux.Split(' ')[0] == here.Split(' ')[0]) { EndsComparison = true, Follows = WritesBehindEnd },
    ];

    /// <summary>The one that explains two lines; null if none does.</summary>
    /// <param name="before">The steps before.</param>
    /// <param name="step">The step.</param>
    /// <param name="linux">What it gave on Linux.</param>
    /// <param name="here">What it gave here.</param>
    internal static KnownDifference? Find(IReadOnlyList<ScriptStep> before, ScriptStep step, string linux, string here)
        => All.FirstOrDefault(known => known.Calls.Contains(step.Name) && known.Matches(step, linux, here) && known.Follows?.Invoke(before) != false);

    /// <summary>Pages that fault on Linux and not here; all others are alike.</summary>
    private static bool IsMissing(string linux, string here)
    {
        if (linux == "not writable" && here == "filled")
            return true;
        string pagesThere = linux.Split(' ')[0];
        string pages = here.Split(' ')[0];
        return pagesThere.Length == pages.Length && pagesThere.Zip(pages).All(pair => pair.First == pair.Second || (pair.First == 'n' && pair.Second is 'r' or 'w'));
    }

    private static bool Grows(IReadOnlyList<ScriptStep> before)
        => before.Any(step => step.Name == "mremap" && step.Words[1] is Number old && step.Words[2] is Number wanted && (ulong)wanted.Value > (ulong)old.Value)
            && before.Any(step => step.Name == "mmap" && HasFlags(step, 0x21));

    private static bool WritesBehindEnd(IReadOnlyList<ScriptStep> before)
        => before.Any(step => step.Name == "mmap" && step.Words[4] is not Number && HasFlags(step, 1))
            && before.Any(step => step.Name is "fill" or "read" or "pread64")
            && before.Any(step => step.Name is "ftruncate" or "write" or "pwrite64");

    private static bool HasFlags(ScriptStep step, long flags) => step.Words[3] is Number number && (number.Value & flags) == flags;

    private static bool IsSuccess(string answer) => answer.StartsWith("0", StringComparison.Ordinal);
}
