using System.Diagnostics;
using System.Text.RegularExpressions;
using AzaleaOS.Tests.Sideloader.Driving;
using AzaleaOS.Tests.Sideloader.Unikernels;

namespace AzaleaOS.Tests.Sideloader.Commands;

/// <summary>The shells load what <c>sideloader completion</c> prints, and complete commands, options and names of unikernels by it.</summary>
public sealed partial class CompletionTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly SideloaderProcess _sideloader = new();

    public CompletionTests()
    {
        _sideloader.Environment["AZALEA_IMAGE"] = Unikernel.Image("Runner");
        _sideloader.Succeed("start", "/bin/busybox", "--accel", "tcg", "--name", "sleepy", "--", "sleep", "1000");
    }

    public void Dispose()
    {
        _sideloader.Run("kill", "sleepy");
        _sideloader.Dispose();
    }

    [Fact]
    public void Bash_zsh_and_fish_complete_commands_options_and_names()
    {
        TypeInto("bash", "--norc --noprofile -i", "source <(sideloader completion bash)");
        TypeInto("zsh", "-f -i", "autoload -Uz compinit && compinit -u -D && source <(sideloader completion zsh)");

        Assert.Equal(["run"], AskFish("sideloader ru"));
        Assert.Equal(["--read-only"], AskFish("sideloader run --re"));
        Assert.Equal(["sleepy"], AskFish("sideloader kill sl"));
    }

    /// <summary>Types what the tabulator key completes.</summary>
    private void TypeInto(string shell, string options, string load)
    {
        using var terminal = new PseudoTerminal(200, 25);
        using Process process = Start("/bin/sh", "-c", $"exec setsid -c {shell} {options} <{terminal.Path} >{terminal.Path} 2>&1");
        terminal.WaitFor("$ ", process);
        terminal.Type(load + "; echo load''ed\n");
        terminal.WaitFor("loaded", process);
        foreach ((string typed, string completed) in new[] { ("sideloader ru", "sideloader run "), ("sideloader run --re", "sideloader run --read-only "), ("sideloader kill sl", "sideloader kill sleepy ") })
        {
            int before = terminal.Shown.Length;
            terminal.Type(typed + "\t");
            Stopwatch watch = Stopwatch.StartNew();
            while (!ControlSequence().Replace(terminal.Shown[before..], "").EndsWith(completed, StringComparison.Ordinal))
            {
                Assert.True(watch.Elapsed < s_patience, $"{shell} makes of '{typed}': {terminal.Shown[before..]}");
                Thread.Sleep(20);
            }

            // Ctrl-U takes the line back.
            terminal.Type("\x15");
        }

        process.Kill();
        process.WaitForExit();
    }

    private string[] AskFish(string line)
    {
        using Process process = Start("fish", "--no-config", "-c", $"sideloader completion fish | source; complete -C '{line}'");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = _sideloader.Runtime };
        start.Environment["PATH"] = Path.GetDirectoryName(_sideloader.Program) + ":" + Environment.GetEnvironmentVariable("PATH");
        start.Environment["XDG_RUNTIME_DIR"] = start.Environment["HOME"] = start.Environment["XDG_DATA_HOME"] = _sideloader.Runtime;
        start.Environment["TERM"] = "dumb";
        start.Environment["PS1"] = "$ ";
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"\x1b\[[0-9;?]*[a-zA-Z]")]
    private static partial Regex ControlSequence();
}
