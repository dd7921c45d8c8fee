using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Pipeline;

namespace AzaleaOS.Tests.Unit.Pipeline;

public sealed class StageRunnerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _ran = [];
    private string _toolVersion = "1";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_stage_runs_after_those_that_write_its_inputs_however_they_are_listed()
    {
        _folder.Write("source", "text");

        Run(Copy("third", "second", "last"), Copy("first", "source", "middle"), Copy("middle", "middle", "second"));

        Assert.Equal(["first", "middle", "third"], _ran);
        Assert.Equal("text", File.ReadAllText(_folder["last"]));
    }

    [Fact]
    public void Nothing_runs_a_second_time_when_nothing_changed()
    {
        _folder.Write("source", "text");
        BuildStage[] stages = [Copy("first", "source", "middle"), Copy("second", "middle", "last")];
        Run(stages);
        File.SetLastWriteTimeUtc(_folder["source"], DateTime.UtcNow.AddHours(1));

        Assert.All(Run(stages), timing => Assert.False(timing.Ran));
        Assert.Equal(["first", "second"], _ran);
    }

    [Fact]
    public void A_stage_whose_inputs_came_out_the_same_is_left_out_although_an_earlier_one_ran()
    {
        _folder.Write("source", "text");
        BuildStage trim = Stage("trim", "source", "middle", () => File.WriteAllText(_folder["middle"], File.ReadAllText(_folder["source"]).Trim()));
        BuildStage copy = Copy("copy", "middle", "last");
        Run(trim, copy);
        _folder.Write("source", "  text  ");

        Run(trim, copy);

        Assert.Equal(["trim", "copy", "trim"], _ran);
    }

    [Fact]
    public void A_result_that_was_deleted_or_changed_is_made_again()
    {
        _folder.Write("source", "text");
        BuildStage stage = Copy("copy", "source", "last");
        Run(stage);

        File.Delete(_folder["last"]);
        Run(stage);
        Assert.Equal("text", File.ReadAllText(_folder["last"]));

        _folder.Write("last", "spoilt");
        Run(stage);
        Assert.Equal("text", File.ReadAllText(_folder["last"]));
    }

    [Fact]
    public void Other_options_and_another_version_of_the_tool_make_everything_again()
    {
        _folder.Write("source", "text");
        BuildStage stage = Copy("copy", "source", "last");
        Run(stage);

        Run(stage with { Options = "other" });
        _toolVersion = "2";
        Run(stage with { Options = "other" });

        Assert.Equal(3, _ran.Count);
    }

    [Fact]
    public void A_file_that_is_only_waited_for_does_not_make_a_stage_run_when_it_changes()
    {
        _folder.Write("source", "text");
        _folder.Write("plugs", "one");
        BuildStage stage = Copy("copy", "source", "last") with { After = [_folder["plugs"]] };
        Run(stage);
        _folder.Write("plugs", "two");

        Run(stage);

        Assert.Single(_ran);
    }

    [Fact]
    public void After_a_failure_the_stages_that_need_it_do_not_run_and_the_next_build_tries_again()
    {
        _folder.Write("source", "text");
        bool broken = true;
        BuildStage first = Stage("first", "source", "middle", () =>
        {
            File.WriteAllText(_folder["middle"], "half");
            if (broken)
                throw new BuildException("AZ9999", "broken", "Kernel.cs", 27);
        });
        BuildStage second = Copy("second", "middle", "last");

        BuildException failure = Assert.Throws<BuildException>(() => Run(first, second));
        Assert.Equal("Kernel.cs(27): error AZ9999: broken", Assert.Single(failure.Diagnostics).ToString());
        Assert.False(File.Exists(_folder["last"]));

        broken = false;
        Run(first, second);
        Assert.Equal(["first", "first", "second"], _ran);
    }

    [Fact]
    public void All_stages_that_fail_report_their_errors_not_only_the_first()
    {
        _folder.Write("source", "text");
        BuildStage Broken(string name) => Stage(name, "source", name, () => throw new BuildException("AZ9999", name));

        BuildException failure = Assert.Throws<BuildException>(() => Run(Broken("one"), Broken("two")));

        Assert.Equal(["one", "two"], failure.Diagnostics.Select(diagnostic => diagnostic.Message).Order());
    }

    [Fact]
    public void Independent_stages_run_side_by_side()
    {
        _folder.Write("source", "text");
        using Barrier both = new(2);
        BuildStage Meet(string name) => Stage(name, "source", name, () =>
        {
            Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(30)));
            File.WriteAllText(_folder[name], "");
        });

        Run(Meet("one"), Meet("two"));
    }

    [Fact]
    public void A_circle_and_two_writers_of_one_file_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Run(Copy("one", "a", "b"), Copy("two", "b", "a")));
        Assert.Throws<ArgumentException>(() => Run(Copy("one", "a", "b"), Copy("two", "c", "b")));
    }

    private IReadOnlyList<StageTiming> Run(params BuildStage[] stages) =>
        new StageRunner(new StageCache(_folder["stamps"], _toolVersion, new ContentHashes())).Run(stages);

    private BuildStage Copy(string name, string input, string output) =>
        Stage(name, input, output, () => File.Copy(_folder[input], _folder[output], overwrite: true));

    private BuildStage Stage(string name, string input, string output, Action run) =>
        new(name, [_folder[input]], [_folder[output]], () =>
        {
            lock (_ran)
                _ran.Add(name);

            run();
        });
}
