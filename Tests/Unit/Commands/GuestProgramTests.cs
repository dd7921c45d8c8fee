using System.CommandLine;
using AzaleaOS.Build.Commands;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Tests.Unit.Commands;

public sealed class GuestProgramTests : IDisposable
{
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("azalea-test-");

    public void Dispose() => _work.Delete(recursive: true);

    [Fact]
    public void The_command_line_holds_options_then_the_program_under_its_own_path()
    {
        GuestProgram guest = Describe("/bin/sh first --env A=1 --env B=two=2 --cwd /tmp --trace --verbose --pages eager --option cores=wait", "-c", "a b");
        Assert.Equal(["trace", "verbose", "pages=eager", "cores=wait", "env=A=1", "env=B=two=2", "cwd=/tmp", "--", "/bin/sh", "first", "-c", "a b"], guest.CommandLine);
    }

    [Fact]
    public void The_program_may_stand_behind_the_separator()
        => Assert.Equal(["--", "/bin/sh", "-c", "x"], Describe("", "/bin/sh", "-c", "x").CommandLine);

    [Fact]
    public void Without_program_there_is_no_separator_and_no_file_system()
    {
        GuestProgram guest = Describe("--option test=x");
        Assert.Equal(["test=x"], guest.CommandLine);
        Assert.False(guest.HasFiles);
    }

    [Fact]
    public void A_program_is_found_by_name_as_a_shell_finds_it()
        => Assert.Equal(HostTools.Default.FindProgram("sh"), GuestProgram.FindProgram("sh"));

    [Fact]
    public void A_file_has_its_own_path_in_the_guest_or_another()
    {
        string file = Path.Combine(_work.FullName, "a");
        string odd = Path.Combine(_work.FullName, "b:");
        Directory.CreateDirectory(odd);
        File.WriteAllText(file, "");
        File.WriteAllText(Path.Combine(odd, "c"), "");
        Assert.Equal((file, file), GuestProgram.SplitFile(file));
        Assert.Equal((file, "/x/y"), GuestProgram.SplitFile(file + ":/x/y"));
        Assert.Equal((odd + "/c", odd + "/c"), GuestProgram.SplitFile(odd + "/c"));
        Assert.Equal((odd + "/c", "/z"), GuestProgram.SplitFile(odd + "/c:/z"));
    }

    [Fact]
    public void Program_files_and_working_directory_are_in_the_file_system()
    {
        string file = Path.Combine(_work.FullName, "input");
        File.WriteAllText(file, "x");
        GuestProgram guest = Describe($"/bin/sh --file {file}:/data/input --cwd /work/here");
        Assert.Equal(["bin", "bin/sh", "data", "data/input", "work", "work/here"], guest.CreateFileSystem().Paths);
    }

    [Fact]
    public void A_result_is_fresh_until_a_source_changes_comes_or_goes()
    {
        string source = _work.CreateSubdirectory("source").FullName;
        string result = Path.Combine(_work.FullName, "result");
        string input = Path.Combine(source, "a.cs");
        DateTime then = DateTime.UtcNow.AddHours(-1);
        File.WriteAllText(input, "");
        File.WriteAllText(result, "");
        File.SetLastWriteTimeUtc(input, then);
        Directory.SetLastWriteTimeUtc(source, then);
        Assert.True(Freshness.IsNewer(result, [source, "/no/such/source"]));

        Directory.CreateDirectory(Path.Combine(source, "obj"));
        File.WriteAllText(Path.Combine(source, "obj", "new"), "");
        File.SetLastWriteTimeUtc(Path.Combine(source, "obj", "new"), DateTime.UtcNow.AddHours(1));
        Directory.SetLastWriteTimeUtc(source, then);
        Assert.True(Freshness.IsNewer(result, [source]));

        File.SetLastWriteTimeUtc(input, DateTime.UtcNow.AddHours(1));
        Assert.False(Freshness.IsNewer(result, [source]));
        File.Delete(input);
        Directory.SetLastWriteTimeUtc(source, DateTime.UtcNow.AddHours(1));
        Assert.False(Freshness.IsNewer(result, [source]));
    }

    [Fact]
    public void Clean_takes_results_of_all_projects_but_of_the_running_tool()
    {
        foreach (string folder in (string[])["App/bin", "App/obj", "Tool/bin/Release", "Tool/obj", "artifacts", "docs/bin"])
            Directory.CreateDirectory(Path.Combine(_work.FullName, folder));
        File.WriteAllText(Path.Combine(_work.FullName, "App", "App.csproj"), "");
        File.WriteAllText(Path.Combine(_work.FullName, "Tool", "Tool.csproj"), "");
        Assert.Equal(
            ["App/bin", "App/obj", "artifacts"],
            CleanCommand.Leftovers(_work.FullName, Path.Combine(_work.FullName, "Tool/bin/Release")).Select(path => Path.GetRelativePath(_work.FullName, path)));
    }

    private static GuestProgram Describe(string head, params string[] tail)
    {
        var options = new GuestOptions();
        var command = new Command("x");
        options.AddTo(command);
        return options.Describe(command.Parse(head), new CommandContext { ProgramArguments = tail });
    }
}
