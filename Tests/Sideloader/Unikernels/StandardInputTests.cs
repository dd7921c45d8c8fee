using System.Diagnostics;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Unikernels;

/// <summary>The command's standard input is ready for the program when there is something in it.</summary>
public sealed class StandardInputTests : IDisposable
{
    private const string Script = "read -t 1 x; echo \"$? [$x]\"; read -t 100 y; echo \"$? [$y]\"; read -t 100 z; echo \"$? [$z]\"";

    private readonly string _directory = Directory.CreateTempSubdirectory("azalea-").FullName;
    private readonly SideloaderProcess _sideloader = new();

    public void Dispose()
    {
        _sideloader.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    // What a shell's read says when its time is over is the shell's own affair.
    [Theory]
    [InlineData("/bin/busybox", "sh", 1)]
    [InlineData("/bin/bash-static", "--norc", 142)]
    [InlineData("/bin/zsh-static", "-f", 1)]
    public void A_shell_that_reads_with_a_time_limit_gives_up_in_time_and_takes_what_comes_later(string shell, string option, int over)
    {
        _sideloader.Environment["AZALEA_IMAGE"] = Unikernel.Image("Sideloaded");
        using Process command = _sideloader.Start("run", shell, "--accel", "tcg", "--root", _directory, "--", option, "-c", Script);

        Assert.Equal($"{over} []", command.StandardOutput.ReadLine());
        command.StandardInput.WriteLine("late");
        Assert.Equal("0 [late]", command.StandardOutput.ReadLine());
        command.StandardInput.Close();
        Assert.Equal("1 []", command.StandardOutput.ReadLine());
        Assert.True(command.WaitForExit(TimeSpan.FromMinutes(2)), "the command does not end");
        Assert.Equal(0, command.ExitCode);
    }

    [Theory]
    [InlineData("/bin/busybox", "sh", 1)]
    [InlineData("/bin/bash-static", "--norc", 142)]
    [InlineData("/bin/zsh-static", "-f", 1)]
    public void So_it_does_at_a_terminal(string shell, string option, int over)
    {
        File.WriteAllText(Path.Combine(_directory, "script"), Script);
        using var terminal = new PseudoTerminal(80, 25);
        byte[] settings = terminal.Settings;
        string line = $"exec setsid -c {_sideloader.Program} run {shell} --image {Unikernel.Image("Sideloaded")} --accel tcg --root {_directory} -- {option} /script <{terminal.Path} >{terminal.Path} 2>&1";
        var start = new ProcessStartInfo("/bin/sh", ["-c", line]);
        start.Environment["XDG_RUNTIME_DIR"] = _sideloader.Runtime;
        using Process command = Process.Start(start)!;

        terminal.WaitFor($"{over} []", command);
        terminal.Type("late\n");
        terminal.WaitFor("0 [late]", command);
        // Ctrl-D.
        terminal.Type("\x4");
        Assert.True(command.WaitForExit(TimeSpan.FromMinutes(2)), $"the command does not end: {terminal.Shown}");
        Assert.Contains("\n1 []", terminal.Shown, StringComparison.Ordinal);
        Assert.Equal(0, command.ExitCode);
        Assert.Equal(settings, terminal.Settings);
    }
}
