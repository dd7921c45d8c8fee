using System.Globalization;
using System.Text;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>A program that does not run here as on Linux.</summary>
/// <param name="Program">The program.</param>
/// <param name="Line">The first line of its script that differs.</param>
/// <param name="Linux">What it gave on Linux.</param>
/// <param name="Here">What it gave here.</param>
internal sealed record Difference(ScriptProgram Program, int Line, ProgramOutcome Linux, ProgramOutcome Here)
{
    /// <summary>The step that differs.</summary>
    internal ScriptStep? Step => Program.StepAt(Line);

    internal string OnLinux => Linux.LineOrEnding(Line);

    internal string OnThis => Here.LineOrEnding(Line);

    /// <summary>Differences with the same key have most probably one cause.</summary>
    internal string Key => $"{Step?.Name}: {FirstWord(OnLinux)} on Linux, {FirstWord(OnThis)} here";

    /// <summary>Finds the first one that is not known.</summary>
    /// <param name="program">The program.</param>
    /// <param name="linux">How it ran on Linux.</param>
    /// <param name="here">How it ran here.</param>
    /// <param name="known">Takes the known differences that were met.</param>
    internal static Difference? Find(ScriptProgram program, ProgramOutcome linux, ProgramOutcome here, ICollection<KnownDifference> known)
    {
        int lines = Math.Max(linux.Lines.Count, here.Lines.Count) + 1;
        for (int line = 0; line < lines; line++)
        {
            var difference = new Difference(program, line, linux, here);
            if (difference.OnLinux == difference.OnThis)
                continue;
            if (difference.Step is not { } step || KnownDifference.Find(program.Steps[..program.Steps.IndexOf(step)], step, difference.OnLinux, difference.OnThis) is not { } expected)
                return difference;
            known.Add(expected);
            if (expected.EndsComparison)
                return null;
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Key}\n");
        string[] script = Program.ToScript(0).Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        for (int line = 0; line < script.Length && line <= Line; line++)
        {
            string linux = Linux.LineOrEnding(line);
            string here = Here.LineOrEnding(line);
            string name = Program.StepAt(line)?.Call?.Name ?? "";
            text.Append(CultureInfo.InvariantCulture, $"    {script[line]}    # {name}\n");
            if (linux == here && linux.Length > 0)
                text.Append(CultureInfo.InvariantCulture, $"        = {Short(linux)}\n");
            else if (linux != here)
                text.Append(CultureInfo.InvariantCulture, $"        Linux {Short(linux)}\n        here  {Short(here)}\n");
        }

        return text.ToString();
    }

    private static string FirstWord(string line) => line.StartsWith("ended", StringComparison.Ordinal) ? line : line.Split(' ')[0] is { Length: < 12 } word ? word : "something";

    private static string Short(string line) => line.Length < 300 ? line : line[..300] + "...";
}
