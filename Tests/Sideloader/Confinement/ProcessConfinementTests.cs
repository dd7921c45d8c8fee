using System.Diagnostics;
using AzaleaOS.Sideloader.Confinement;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Confinement;

public sealed class ProcessConfinementTests : IDisposable
{
    private static readonly Dictionary<string, string> s_expected = new()
    {
        ["read in the tree"] = "ok",
        ["make in the tree"] = "ok",
        ["move in the tree"] = "ok",
        ["read in the read-only tree"] = "ok",
        ["write in the read-only tree"] = "EACCES",
        ["make in the read-only tree"] = "EACCES",
        ["read outside"] = "EACCES",
        ["write outside"] = "EACCES",
        ["read passwords"] = "EACCES",
        ["read the environment of its parent"] = "EACCES",
        ["read outside by a link"] = "EACCES",
        ["make a device"] = "EACCES",
        ["execute"] = "EPERM",
        ["fork"] = "EPERM",
        ["fork by clone3"] = "ENOSYS",
        ["new namespaces"] = "EPERM",
        ["unshare"] = "EPERM",
        ["signal its parent"] = "EPERM",
        ["signal a thread of its parent"] = "EPERM",
        ["trace"] = "EPERM",
        ["network"] = "EPERM",
        ["unix socket"] = "ok",
        ["mount"] = "EPERM",
        ["open by handle"] = "EPERM",
        ["load a program into the kernel"] = "EPERM",
        ["become another user"] = "EPERM",
        ["its own priority"] = "ok",
        ["type into the terminal"] = "EPERM",
        ["the 32-bit numbers"] = "EPERM",
    };

    private readonly HostDirectory _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_confined_process_reaches_its_trees_and_nothing_else()
    {
        foreach (string directory in new[] { "tree", "fixed", "sockets" })
            Directory.CreateDirectory(_host[directory]);
        File.WriteAllText(_host["tree/file"], "");
        File.WriteAllText(_host["fixed/file"], "kept");
        using Process process = Process.Start(new ProcessStartInfo
        {
            FileName = Environment.ProcessPath!,
            ArgumentList = { typeof(ConfinedProgram).Assembly.Location, "confined", _host["tree"], _host["fixed"], _host.Secret, _host["sockets"] },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync();
        string[] lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();

        Assert.Equal("", errors);
        Assert.Equal(0, process.ExitCode);
        string[] expected = [.. s_expected.Select(pair => $"{pair.Key}: {pair.Value}")];
        // A kernel without one of the parts is said so, in a line that would be one too many here.
        Assert.Equal([.. expected, .. expected], lines);
        _host.AssertOutsideUntouched();
        Assert.Equal("kept", File.ReadAllText(_host["fixed/file"]));
    }

    [Fact]
    public void The_filter_is_a_program_that_Linux_accepts()
    {
        SystemCallFilter.Instruction[] program = SystemCallFilter.Assemble(1234);
        Assert.InRange(program.Length, 100, 4096);
        // No path leads past the end.
        for (int i = 0; i < program.Length; i++)
            Assert.True((program[i].Code & 7) != 5 || i + 1 + Math.Max(program[i].IfTrue, program[i].IfFalse) < program.Length);
        Assert.Equal(6, program[^1].Code);
    }
}
