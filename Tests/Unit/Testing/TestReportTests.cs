using AzaleaOS.Build.Testing;
using AzaleaOS.Tests.Unit.Pipeline;

namespace AzaleaOS.Tests.Unit.Testing;

public sealed class TestReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Passed_failed_and_skipped_tests_are_counted_and_failures_keep_message_and_place()
    {
        TestReport report = Read("""
            <UnitTestResult testName="Good" outcome="Passed" />
            <UnitTestResult testName="Also_good" outcome="Passed" />
            <UnitTestResult testName="Not_here" outcome="NotExecuted" />
            <UnitTestResult testName="Bad(cores: 4)" outcome="Failed">
              <Output><ErrorInfo><Message> expected 139 </Message><StackTrace>   at Bad() in Bad.cs:line 7</StackTrace></ErrorInfo></Output>
            </UnitTestResult>
            """, exitStatus: 1);

        Assert.Equal(new TestTotals(2, 1, 1), report.Totals);
        Assert.Equal(new TestFailure("Bad(cores: 4)", "expected 139", "   at Bad() in Bad.cs:line 7"), Assert.Single(report.Failures));
    }

    [Fact]
    public void A_process_that_fails_without_a_failed_test_is_a_failure()
    {
        TestReport report = Read("""<UnitTestResult testName="Good" outcome="Passed" />""", exitStatus: 134, output: "The test host crashed");

        Assert.Equal(new TestTotals(1, 1, 0), report.Totals);
        Assert.Contains("crashed", Assert.Single(report.Failures).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_report_that_is_missing_is_a_failure_whatever_the_status(int exitStatus)
    {
        TestReport report = TestReport.Read(_folder["results.trx"], exitStatus, "no such project");

        Assert.Equal(new TestTotals(0, 1, 0), report.Totals);
    }

    [Fact]
    public void A_report_that_breaks_off_is_a_failure()
    {
        _folder.Write("results.trx", "<TestRun><Results><UnitTestResult");

        Assert.Equal(1, TestReport.Read(_folder["results.trx"], 0, "").Totals.Failed);
    }

    [Fact]
    public void A_run_passes_only_if_something_passed_and_nothing_failed()
    {
        Assert.Equal(0, new TestTotals(3, 0, 1).ExitStatus);
        Assert.Equal(1, new TestTotals(3, 1, 0).ExitStatus);
        Assert.Equal(1, default(TestTotals).ExitStatus);
        Assert.Equal(1, new TestTotals(0, 0, 5).ExitStatus);
    }

    [Fact]
    public void The_closing_line_names_skipped_tests_only_when_there_are_any()
    {
        Assert.Equal("7 passed, 0 failed", (new TestTotals(3, 0, 0) + new TestTotals(4, 0, 0)).ToString());
        Assert.Equal("7 passed, 1 failed, 2 skipped", new TestTotals(7, 1, 2).ToString());
    }

    private TestReport Read(string results, int exitStatus, string output = "")
    {
        _folder.Write("results.trx", $"""
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>{results}</Results></TestRun>
            """);
        return TestReport.Read(_folder["results.trx"], exitStatus, output);
    }
}
