using System.Collections.Immutable;
using System.Numerics;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>Makes programs smaller as long as they still differ.</summary>
/// <remarks>A boot takes as long as hundreds of programs: each round tries many candidates for every difference at once.</remarks>
internal sealed class Shrinker(Func<IReadOnlyList<ScriptProgram>, IReadOnlyList<Difference?>> compare)
{
    private const int Rounds = 14;
    private const int CandidatesPerRound = 80;

    /// <summary>The smallest programs found that show the same differences.</summary>
    internal IReadOnlyList<Difference> Shrink(IReadOnlyList<Difference> differences)
    {
        Difference[] best = [.. differences];
        bool[] done = new bool[best.Length];
        for (int round = 0; round < Rounds && !done.All(one => one); round++)
        {
            List<(int Of, ScriptProgram Program)> candidates = [];
            for (int i = 0; i < best.Length; i++)
            {
                if (!done[i])
                    candidates.AddRange(Candidates(best[i]).Take(CandidatesPerRound).Select(program => (i, program)));
            }

            IReadOnlyList<Difference?> found = compare([.. candidates.Select(candidate => candidate.Program)]);
            for (int i = 0; i < best.Length; i++)
            {
                Difference? smaller = candidates.Zip(found)
                    .Where(pair => pair.First.Of == i && pair.Second?.Key == best[i].Key)
                    .Select(pair => pair.Second)
                    .MinBy(difference => Cost(difference!.Program));
                done[i] = done[i] || smaller is null;
                best[i] = smaller ?? best[i];
            }
        }

        return best;
    }

    /// <summary>Smaller programs, those that leave out most first.</summary>
    private static IEnumerable<ScriptProgram> Candidates(Difference difference)
    {
        ImmutableArray<ScriptStep> steps = difference.Program.Steps;
        int last = difference.Step is { } step ? steps.IndexOf(step) : steps.Length - 1;
        if (last < steps.Length - 1)
            yield return new ScriptProgram(steps[..(last + 1)]);
        for (int size = Math.Max(1, steps.Length / 2); size >= 1; size /= 2)
        {
            for (int at = 0; at + size <= steps.Length; at += size)
                yield return new ScriptProgram(steps.RemoveRange(at, size));
        }

        for (int i = 0; i < steps.Length; i++)
        {
            foreach (ScriptStep simpler in Simpler(steps[i]))
                yield return new ScriptProgram(steps.SetItem(i, simpler));
        }
    }

    /// <summary>Calls whose arguments stay as they are: with others a program could wait for ever, or stop itself.</summary>
    private static readonly string[] s_kept =
    [
        "futex", "futex_waitv", "rt_sigaction", "kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "rt_sigtimedwait", "poll", "ppoll", "select", "pselect6",
        "epoll_wait", "epoll_pwait", "epoll_pwait2", "pipe2", "eventfd2", "timerfd_create", "socket", "socketpair", "accept4", "recvfrom", "sendto", "flock", "open", "openat", "openat2",
    ];

    private static IEnumerable<ScriptStep> Simpler(ScriptStep step)
    {
        if (s_kept.Contains(step.Name))
            yield break;
        for (int i = 0; i < step.Words.Length; i++)
        {
            foreach (Word simpler in Simpler(step.Words[i]))
                yield return step with { Words = step.Words.SetItem(i, simpler) };
        }

        for (int i = 0; i < step.Before.Length; i++)
        {
            Poke poke = step.Before[i];
            yield return step with { Before = step.Before.RemoveAt(i) };
            for (int j = 0; j < poke.Words.Length; j++)
            {
                foreach (Word simpler in Simpler(poke.Words[j]))
                    yield return step with { Before = step.Before.SetItem(i, poke with { Words = poke.Words.SetItem(j, simpler) }) };
            }
        }
    }

    private static IEnumerable<Word> Simpler(Word word)
    {
        if (word is not Number { Value: not 0 and var value })
            yield break;
        yield return new Number(0);

        // Flags: one at a time.
        for (ulong rest = (ulong)value; BitOperations.PopCount((ulong)value) is > 1 and < 12 && rest != 0; rest &= rest - 1)
            yield return new Number((long)((ulong)value & ~(rest & (0 - rest))));
    }

    private static int Cost(ScriptProgram program)
        => program.Steps.Sum(step => 1000 + (100 * step.Before.Length) + step.Words.Concat(step.Before.SelectMany(poke => poke.Words))
            .Sum(word => word is Number number ? Math.Min(20, BitOperations.PopCount((ulong)number.Value)) : 5));
}
