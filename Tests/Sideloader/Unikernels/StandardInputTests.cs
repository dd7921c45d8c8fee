using System.Diagnostics;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Unikernels;

/// <summary>The command's standard input is ready for the program when there is something in it.</summary>
public sealed class StandardInputTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("azalea-").FullName;
    private readonly SideloaderProcess _sideloader = new();

    public void Dispose()
    {
        _sideloader.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_shell_that_reads_with_a_time_limit_gives_up_in_time_and_takes_what_comes_later()
    {
        const string Script = "read -t 1 x; echo \"$? [$x]\"; read -t 100 y; echo \"$? [$y]\"";
        _sideloader.Environment["AZALEA_IMAGE"] = Unikernel.Image("Sideloaded");
        using Process command = _sideloader.Start("run", "/bin/busybox", "--accel", "tcg", "--root", _directory, "--", "sh", "-c", Script);

        Assert.Equal("1 []", command.StandardOutput.ReadLine());
        command.StandardInput.WriteLine("late");
        Assert.Equal("0 [late]", command.StandardOutput.ReadLine());
        Assert.True(command.WaitForExit(TimeSpan.FromMinutes(2)), "the command does not end");
        Assert.Equal(0, command.ExitCode);
    }
}
