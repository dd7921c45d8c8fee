using System.Globalization;
using System.Text;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>Runs programs on two kernels and compares.</summary>
internal sealed class DifferentialRun(IScriptHost linux, IScriptHost here, bool canWriteFiles)
{
    private const int Batch = 150;
    private const int MostShown = 25;

    private readonly string _header = $"{(canWriteFiles ? 'w' : 'r')} \"{ScriptFiles.Top}\"";

    /// <summary>Known differences that were met, with how often.</summary>
    internal Dictionary<string, int> Known { get; } = [];

    /// <summary>Answers that were compared, and how many of them were no errors.</summary>
    internal (int All, int Successes) Answers { get; private set; }

    /// <summary>Compares; on a difference shrinks, one program for each kind of difference.</summary>
    /// <returns>The report; empty if there was no difference.</returns>
    internal string Compare(IReadOnlyList<ScriptProgram> programs)
    {
        List<Difference> differences = [.. Find(programs).OfType<Difference>()];
        if (differences.Count == 0)
            return "";
        List<IGrouping<string, Difference>> kinds = [.. differences.GroupBy(difference => difference.Key).OrderByDescending(kind => kind.Count())];
        IReadOnlyList<Difference> smallest = new Shrinker(FindAny).Shrink(
            [.. kinds.Take(MostShown).Select(kind => kind.MinBy(difference => difference.Program.Steps.Length)!)]);
        var report = new StringBuilder();
        report.Append(CultureInfo.InvariantCulture, $"{differences.Count} of {programs.Count} programs differ, in {kinds.Count} ways\n");
        foreach ((IGrouping<string, Difference> kind, Difference difference) in kinds.Zip(smallest))
            report.Append(CultureInfo.InvariantCulture, $"\n{kind.Count()} times ").Append(difference);
        foreach (IGrouping<string, Difference> kind in kinds.Skip(MostShown))
            report.Append(CultureInfo.InvariantCulture, $"\n{kind.Count()} times {kind.Key}");
        return report.ToString();
    }

    private IReadOnlyList<Difference?> FindAny(IReadOnlyList<ScriptProgram> candidates) => Find(candidates, isShrinking: true);

    private IReadOnlyList<Difference?> Find(IReadOnlyList<ScriptProgram> programs, bool isShrinking = false)
    {
        Difference?[] differences = new Difference?[programs.Count];
        ScriptProgram[][] batches = [.. programs.Chunk(Batch)];
        Parallel.For(0, batches.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, batch =>
        {
            IReadOnlyList<ProgramOutcome> onLinux = ProgramOutcome.Of(linux, _header, batches[batch]);
            IReadOnlyList<ProgramOutcome> onThis = ProgramOutcome.Of(here, _header, batches[batch]);
            if (!isShrinking)
                MustEnd(batches[batch], onLinux);
            List<KnownDifference> known = [];
            for (int i = 0; i < batches[batch].Length; i++)
            {
                if (onLinux[i].Ending != ProgramOutcome.Hangs)
                    differences[(batch * Batch) + i] = Difference.Find(batches[batch][i], onLinux[i], onThis[i], known);
            }

            lock (Known)
            {
                foreach (KnownDifference one in known)
                    Known[one.Name] = Known.GetValueOrDefault(one.Name) + 1;
                int successes = onLinux.Sum(outcome => outcome.Lines.Count(line => line.Length > 0 && line[0] != '-'));
                Answers = (Answers.All + onLinux.Sum(outcome => outcome.Lines.Count(line => line.Length > 0)), Answers.Successes + successes);
            }
        });
        return differences;
    }

    /// <summary>The generator makes no program that waits for ever; while programs are made smaller it can happen.</summary>
    private static void MustEnd(ScriptProgram[] programs, IReadOnlyList<ProgramOutcome> outcomes)
    {
        for (int i = 0; i < programs.Length; i++)
        {
            if (outcomes[i].Ending == ProgramOutcome.Hangs)
                throw new InvalidOperationException($"a program waits for ever on Linux:\n{programs[i].ToScript(i)}\n{string.Join('\n', outcomes[i].Lines)}");
        }
    }
}
