using System.Diagnostics;
using AzaleaOS.Tests.Sideloader.Driving;
using AzaleaOS.Tests.Sideloader.Unikernels;

namespace AzaleaOS.Tests.Sideloader.Commands;

/// <summary>systemd starts a unikernel by the unit that comes with the command, and stops it. Needs root's rights.</summary>
public sealed class ServiceTests : IDisposable
{
    private readonly SideloaderProcess _sideloader = new();

    private string Home => _sideloader.Runtime;

    public void Dispose() => _sideloader.Dispose();

    [Fact]
    public void Systemd_finds_nothing_wrong_with_the_unit()
    {
        string unit = Path.Combine(Home, "azalea@web.service");
        File.WriteAllText(unit, Unit());
        // systemd warns of a file that all may write: another test's creation mask may allow it.
        File.SetUnixFileMode(unit, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal((0, ""), Run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit));

        File.WriteAllText(unit, Unit().Replace("KillMode=", "KilMode=", StringComparison.Ordinal));
        Assert.NotEqual((0, ""), Run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit));
    }

    [Fact]
    public void Systemd_starts_a_unikernel_and_stops_it_and_nothing_is_left()
    {
        string root = Directory.CreateDirectory(Path.Combine(Home, "root")).FullName;
        Directory.CreateDirectory(Path.Combine(Home, ".config/systemd/user"));
        Directory.CreateDirectory(Path.Combine(Home, ".config/azalea"));
        File.WriteAllText(Path.Combine(Home, ".config/systemd/user/azalea@.service"), Unit());
        // Ends by nothing but a signal: no other program can be started, not even one that sleeps.
        File.WriteAllText(Path.Combine(Home, ".config/azalea/web.conf"), $"""
            PROGRAM=/bin/busybox
            OPTIONS=--accel tcg --image {Unikernel.Image("Sideloaded")} --root {root}
            ARGUMENTS=sh -c "echo served > /ready; while true; do true; done"

            """);
        string[] before = Groups();
        (int status, string output) = Run("unshare", "--mount", "sh", Path.Combine(AppContext.BaseDirectory, "Programs", "service.sh"), Home);

        Assert.Equal("""
            ActiveState=active NRestarts=0 Result=success 
            served
            ActiveState=inactive NRestarts=0 Result=success 
            0
            0

            """, output);
        Assert.Equal(0, status);
        Assert.Empty(_sideloader.Left());
        // Its manager has moved nobody.
        Assert.Equal(before, Groups());
    }

    private static string[] Groups() => File.ReadAllLines("/proc/self/cgroup");

    private string Unit()
    {
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Programs", "azalea@.service"));
        Assert.Contains("ExecStart=/usr/bin/sideloader ", text, StringComparison.Ordinal);
        return text.Replace("/usr/bin/sideloader", _sideloader.Program, StringComparison.Ordinal);
    }

    private static (int Status, string Output) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
