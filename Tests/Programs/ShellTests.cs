using AzaleaOS.Tests.Programs.Running;

namespace AzaleaOS.Tests.Programs;

/// <summary>Debian's shells, with scripts that need no second process.</summary>
public sealed class ShellTests
{
    public static OnCores Bash { get; } = new("common.sh", "bash.sh");

    public static OnCores Zsh { get; } = new("common.sh", "zsh.sh");

    [Theory]
    [MemberData(nameof(Bash))]
    public void Bash_runs_its_builtins_as_on_Linux(string script, int cpus)
        => new ProgramRun("/bin/bash-static", "--norc", script, "one", "two words") { Files = ["Shell/" + script] }.MustEqualLinux(cpus);

    [Theory]
    [MemberData(nameof(Zsh))]
    public void Zsh_runs_its_builtins_as_on_Linux(string script, int cpus)
        => new ProgramRun("/bin/zsh-static", "-f", script, "one", "two words") { Files = ["Shell/" + script] }.MustEqualLinux(cpus);
}
