using System.Text;
using AzaleaOS.Tests.Programs.Building;
using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>System.Console at a terminal, typed at as on Linux.</summary>
public sealed class CSharpConsoleTests
{
    /// <summary>What the program's own lines begin with; the echo of what is typed lies between them.</summary>
    private static readonly string[] s_own = ["redirected", "Red", "DarkBlue", "White", "to standard error", "size", "line ", "ready", "key ", "cancel"];

    [Theory]
    [InlineData("xterm-256color")]
    [InlineData("dumb")]
    public void Colours_lines_keys_and_Ctrl_C_are_as_on_Linux(string terminal)
    {
        string description = $"/lib/terminfo/{terminal[0]}/{terminal}";
        var run = new ProgramRun(ProgramStore.Find("csharp-exec"), "screen")
        {
            Environment = ["TERM=" + terminal, "HOME=/"],
            HostFiles = [description],
            Typed = new Conversation(
                ("size True True", "one\r"),
                ("line 1: ONE", "right\r"),
                ("line 2: RIGHT", "keys\r"),
                ("ready for keys", "a"),
                ("key A", "\t"),
                ("key Tab", "\u001b[A"),
                ("key ", "\u001b[1;5D"),
                ("key ", "\r"),
                ("key Enter", "q"),
                ("ready for Ctrl-C", "\u0003"),
                ("cancel ControlC", "\u0003")),
        };
        Outcome linux = run.OnLinux();
        Outcome here = run.Here(cpus: 2);
        Assert.Equal(Own(linux), Own(here));
        Assert.Equal(130, linux.Status);
        Assert.Equal(linux.Status, here.Status);
        Assert.Equal(terminal != "dumb", Own(here).Contains("\u001b[", StringComparison.Ordinal));
        Assert.Contains("key Tab", Own(here));
    }

    private static string Own(Outcome outcome)
    {
        var own = new StringBuilder();
        foreach (string line in Encoding.Latin1.GetString(outcome.Output).Split('\n'))
        {
            int at = s_own.Select(word => line.IndexOf(word, StringComparison.Ordinal)).Where(found => found >= 0).DefaultIfEmpty(-1).Min();
            if (at < 0)
                continue;

            // The escape before a colour's name is the program's as well.
            int escape = line.LastIndexOf("\u001b[", at, StringComparison.Ordinal);
            own.Append(line[(escape >= 0 && line[escape..at].IndexOf('m') == at - escape - 1 ? escape : at)..].TrimEnd('\r')).Append('\n');
        }

        return own.ToString();
    }
}
