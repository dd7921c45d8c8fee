using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>A small program of system calls.</summary>
/// <param name="Steps">What it does.</param>
internal sealed record ScriptProgram(ImmutableArray<ScriptStep> Steps)
{
    /// <summary>Its text in the script's language.</summary>
    internal string ToScript(int number)
    {
        Dictionary<int, int> lines = [];
        int line = 0;
        foreach (ScriptStep step in Steps)
        {
            line += step.Lines;
            lines[step.Id] = line - 1;
        }

        var script = new StringBuilder();
        script.Append(CultureInfo.InvariantCulture, $"P {number:x}\n");
        foreach (ScriptStep step in Steps)
            step.Append(script, id => lines.TryGetValue(id, out int at) ? at : null);
        return script.ToString();
    }

    /// <summary>The step that a line of the script belongs to; null behind the end.</summary>
    internal ScriptStep? StepAt(int line)
    {
        foreach (ScriptStep step in Steps)
        {
            if (line < step.Lines)
                return step;
            line -= step.Lines;
        }

        return null;
    }
}
