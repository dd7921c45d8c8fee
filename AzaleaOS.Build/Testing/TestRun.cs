using System.Diagnostics;

namespace AzaleaOS.Build.Testing;

/// <summary>Runs test projects one after the other and sums up.</summary>
/// <param name="dotnet">The dotnet host.</param>
/// <param name="configuration">The build configuration whose output is tested.</param>
/// <param name="filter">A filter in the syntax of <c>dotnet test</c>, or null for all tests.</param>
/// <param name="output">Where results are printed.</param>
public sealed class TestRun(string dotnet, string configuration, string? filter, TextWriter output)
{
    /// <summary>No single test takes longer; one that does is taken for hung, and ends the run of its project.</summary>
    private const string HangTimeout = "10m";

    /// <summary>Runs the projects, which must have been built.</summary>
    public async Task<TestTotals> RunAsync(IReadOnlyList<string> projects, CancellationToken cancellation)
    {
        TestTotals totals = default;
        foreach (string project in projects)
        {
            Stopwatch watch = Stopwatch.StartNew();
            TestReport report = await RunAsync(project, cancellation);
            totals += report.Totals;
            foreach (TestFailure failure in report.Failures)
                Print(failure);

            output.WriteLine($"{TestProjects.NameOf(project)}: {report.Totals} ({watch.Elapsed.TotalSeconds:0.0} s)");
            output.Flush();
        }

        return totals;
    }

    private async Task<TestReport> RunAsync(string project, CancellationToken cancellation)
    {
        DirectoryInfo results = Directory.CreateTempSubdirectory("azalea-results-");
        try
        {
            ProcessStartInfo start = new(dotnet)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            string[] arguments =
            [
                "test", project, "--no-build", "--nologo", "-c", configuration,
                "--logger", "trx;LogFileName=results.trx", "--results-directory", results.FullName,
                "--blame-hang-timeout", HangTimeout, "--blame-hang-dump-type", "none",
            ];
            foreach (string argument in arguments)
                start.ArgumentList.Add(argument);

            if (filter is not null)
            {
                start.ArgumentList.Add("--filter");
                start.ArgumentList.Add(filter);
            }

            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                Task<string> printed = process.StandardOutput.ReadToEndAsync(cancellation);
                Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
                await process.WaitForExitAsync(cancellation);
                return TestReport.Read(Path.Combine(results.FullName, "results.trx"), process.ExitCode, await printed + await errors);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        finally
        {
            results.Delete(recursive: true);
        }
    }

    private void Print(TestFailure failure)
    {
        output.WriteLine();
        output.WriteLine($"FAILED  {failure.Test}");
        foreach (string line in failure.Message.Split('\n').Concat(failure.StackTrace.Split('\n')))
        {
            if (line.Trim().Length > 0)
                output.WriteLine("        " + line.TrimEnd());
        }

        output.WriteLine();
    }
}
