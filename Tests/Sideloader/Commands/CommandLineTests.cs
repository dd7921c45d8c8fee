using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Commands;

/// <summary>What the command says to command lines that cannot work: one line, and a status that is written down in its help.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly SideloaderProcess _sideloader = new();
    private readonly HostDirectory _host = new();

    public void Dispose()
    {
        _sideloader.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData(66, "no such file", "run", "/nonexistent")]
    [InlineData(66, "is no ELF file", "run", "/etc/passwd")]
    [InlineData(66, "is a directory", "run", "/etc")]
    [InlineData(66, "no such directory", "run", "/bin/busybox", "--root", "/nonexistent")]
    [InlineData(66, "no directory of this host", "run", "/bin/busybox", "--mount", "/nonexistent:/x")]
    [InlineData(64, "starts with /", "run", "/bin/busybox", "--mount", "/etc:x")]
    [InlineData(64, "--root", "run", "/bin/busybox", "--read-only")]
    [InlineData(64, "an amount of memory", "run", "/bin/busybox", "--mem", "12Q")]
    [InlineData(64, "a number of cores", "run", "/bin/busybox", "--cpus", "0")]
    [InlineData(64, "a number of cores", "start", "/bin/busybox", "--cpus", "289")]
    [InlineData(64, "NAME=VALUE", "run", "/bin/busybox", "--env", "x")]
    [InlineData(64, "starts with /", "run", "/bin/busybox", "--cwd", "x")]
    [InlineData(64, "a name such as TERM", "kill", "x", "--signal", "NONE")]
    [InlineData(64, "take arguments behind --", "ps", "--", "x")]
    [InlineData(64, "Unrecognized command", "bogus")]
    [InlineData(64, "argument missing", "run")]
    [InlineData(66, "there is no unikernel", "inspect", "zzz")]
    [InlineData(66, "there is no unikernel", "stop", "zzz")]
    [InlineData(66, "there is no unikernel", "kill", "zzz")]
    [InlineData(66, "there is no unikernel", "wait", "zzz")]
    [InlineData(66, "there is no unikernel", "logs", "zzz")]
    [InlineData(66, "there is no unikernel", "trace", "zzz")]
    public void A_wrong_command_line_gets_one_line_and_its_status(int status, string says, params string[] arguments)
    {
        _sideloader.Environment["AZALEA_IMAGE"] = "/bin/busybox";
        (int real, string output, string errors) = _sideloader.Run(arguments);
        Assert.Equal((status, ""), (real, output));
        Assert.StartsWith("sideloader: ", errors, StringComparison.Ordinal);
        Assert.Contains(says, errors, StringComparison.Ordinal);
        Assert.Equal(errors.Length - 1, errors.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public void A_32_bit_program_and_a_cut_one_are_told_apart()
    {
        byte[] program = File.ReadAllBytes("/bin/busybox")[..512];
        File.WriteAllBytes(_host["cut"], program[..60]);
        Assert.Contains("no program for x86-64", Refusal("cut"), StringComparison.Ordinal);
        program[4] = 1;
        File.WriteAllBytes(_host["narrow"], program);
        Assert.Contains("32-bit", Refusal("narrow"), StringComparison.Ordinal);
        program[4] = 2;
        program[18] = 0xB7;
        File.WriteAllBytes(_host["foreign"], program);
        Assert.Contains("no program for x86-64", Refusal("foreign"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_directory_that_cannot_be_made_is_named()
    {
        File.WriteAllText(_host["file"], "");
        _sideloader.Environment["XDG_RUNTIME_DIR"] = _host["file"];
        (int status, _, string errors) = _sideloader.Run("ps");
        Assert.Equal(69, status);
        Assert.Contains(_host["file"], errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_are_completed_and_each_shell_has_its_script()
    {
        Assert.Equal(["start", "stop"], _sideloader.Succeed("[suggest:13]", "sideloader st").Split('\n', StringSplitOptions.RemoveEmptyEntries));
        foreach (string shell in (string[])["bash", "zsh", "fish"])
            Assert.Contains("[suggest:", _sideloader.Succeed("completion", shell), StringComparison.Ordinal);
        Assert.Equal(64, _sideloader.Run("completion", "tcsh").Status);
    }

    [Fact]
    public void Without_unikernels_lists_are_empty_and_JSON_is_JSON()
    {
        Assert.Equal("", _sideloader.Succeed("ps", "--quiet"));
        Assert.Equal("[]\n", _sideloader.Succeed("ps", "--json"));
        Assert.Equal("[]\n", _sideloader.Succeed("top", "--json", "--interval", "0.05"));
        Assert.Equal("[]\n", _sideloader.Succeed("prune", "--json"));
    }

    private string Refusal(string file)
    {
        (int status, _, string errors) = _sideloader.Run("run", _host[file]);
        Assert.Equal(66, status);
        return errors;
    }
}
