using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AzaleaOS.Tests.Unit.Architecture;

namespace AzaleaOS.Tests.Unit.Threads;

/// <summary>The models of the scheduler's protocols, in every state they can reach, by spin.</summary>
public sealed partial class SchedulerModelTests
{
    private const string Folder = "AzaleaOS/Threads/Models";

    // No model needs more steps in a row; a search that was cut short says so, and fails.
    private const int Depth = 1_000_000;

    [Theory]
    [InlineData("wake.pml", 100_000)]
    [InlineData("futex.pml", 1_000_000)]
    [InlineData("sleep.pml", 2_000)]
    public void No_state_that_can_be_reached_is_wrong(string model, int states)
    {
        string report = Search(model, null);
        Assert.Contains("errors: 0", report, StringComparison.Ordinal);
        Assert.DoesNotContain("max search depth too small", report, StringComparison.Ordinal);
        Assert.DoesNotContain("out of memory", report, StringComparison.Ordinal);
        Assert.InRange(double.Parse(States().Match(report).Groups[1].Value, CultureInfo.InvariantCulture), states, double.MaxValue);
    }

    [Theory]
    [InlineData("wake.pml", "LATE_ARM")]
    [InlineData("wake.pml", "PLAIN_WAKE")]
    [InlineData("wake.pml", "OPEN_SLEEP")]
    [InlineData("wake.pml", "LAZY_PUSH")]
    [InlineData("wake.pml", "NO_RECHECK")]
    [InlineData("futex.pml", "EARLY_LOOK")]
    [InlineData("futex.pml", "EARLY_WAKE")]
    [InlineData("futex.pml", "NO_RECHECK")]
    [InlineData("futex.pml", "EASY_LEAVE")]
    [InlineData("sleep.pml", "LATE_COUNT")]
    [InlineData("sleep.pml", "LATE_FLAG")]
    [InlineData("sleep.pml", "EARLY_FLAG")]
    [InlineData("sleep.pml", "EARLY_LOOK")]
    public void A_protocol_without_one_of_its_precautions_is_refused(string model, string broken)
        => Assert.Matches("errors: [1-9]", Search(model, broken));

    [Theory]
    [InlineData("wake.pml")]
    [InlineData("futex.pml")]
    [InlineData("sleep.pml")]
    public void A_model_names_every_way_to_break_it_that_is_tried(string model)
    {
        string text = Repository.Read($"{Folder}/{model}");
        IEnumerable<string> tried = typeof(SchedulerModelTests).GetMethod(nameof(A_protocol_without_one_of_its_precautions_is_refused))!
            .GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(InlineDataAttribute))
            .Select(attribute => ((IReadOnlyCollection<System.Reflection.CustomAttributeTypedArgument>)attribute.ConstructorArguments[0].Value!).Select(word => (string)word.Value!).ToArray())
            .Where(words => words[0] == model)
            .Select(words => words[1]);
        Assert.Equal(Switches().Matches(text).Select(match => match.Groups[1].Value).Distinct().Order(), tried.Order());
    }

    /// <summary>Looks at every state for a failed assertion and for an end that is none.</summary>
    private static string Search(string model, string? broken)
    {
        string folder = System.IO.Directory.CreateTempSubdirectory("azalea-model-").FullName;
        try
        {
            string source = Path.Combine(Repository.Root, Folder, model);
            Run(folder, "spin", [.. broken is null ? [] : new[] { "-D" + broken }, "-a", source]);
            Run(folder, "gcc", ["-O1", "-w", "-DSAFETY", "-DNOCLAIM", "-o", "pan", "pan.c"]);
            return Run(folder, Path.Combine(folder, "pan"), [$"-m{Depth}", "-n"]);
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    private static string Run(string folder, string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {output}{errors.Result}");
        return output;
    }

    [GeneratedRegex(@"([0-9.e+]+) states, stored")]
    private static partial Regex States();

    [GeneratedRegex(@"^#ifn?def (\w+)", RegexOptions.Multiline)]
    private static partial Regex Switches();
}
