namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>What a program printed, a line for each of its own, and how it ended.</summary>
/// <param name="Lines">The lines, without their numbers.</param>
/// <param name="Ending">Empty if it came to its end, else how the process ended.</param>
internal sealed record ProgramOutcome(IReadOnlyList<string> Lines, string Ending)
{
    /// <summary>The ending of a program that was stopped because it took too long.</summary>
    internal const string Hangs = "ended with status 124";

    /// <summary>A line, or how it ended instead.</summary>
    internal string LineOrEnding(int line) => line < Lines.Count ? Lines[line] : Ending.Length > 0 ? Ending : "the end";

    /// <summary>Runs all programs; a new process continues behind one that ended its own.</summary>
    internal static IReadOnlyList<ProgramOutcome> Of(IScriptHost host, string header, IReadOnlyList<ScriptProgram> programs)
    {
        string script = header + "\n" + string.Concat(programs.Select((program, number) => program.ToScript(number)));
        List<ProgramOutcome> outcomes = [];
        while (outcomes.Count < programs.Count)
        {
            (string output, int status) = host.Run(script, outcomes.Count);
            int before = outcomes.Count;
            Read(output, status, outcomes);
            if (outcomes.Count == before)
                throw new InvalidOperationException($"status {status}, and no program of the script began:\n{output}");
        }

        return outcomes;
    }

    private static void Read(string output, int status, List<ProgramOutcome> outcomes)
    {
        List<string>? lines = null;
        foreach (string line in output.Split('\n'))
        {
            if (line.StartsWith("P ", StringComparison.Ordinal))
            {
                lines = [];
            }
            else if (line == "E" && lines is not null)
            {
                outcomes.Add(new ProgramOutcome(lines, ""));
                lines = null;
            }
            else if (line.Length > 0)
            {
                lines?.Add(line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..].TrimEnd());
            }
        }

        if (lines is not null)
            outcomes.Add(new ProgramOutcome(lines, $"ended with status {status}"));
    }
}
