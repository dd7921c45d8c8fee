using System.Xml;
using System.Xml.Linq;

namespace AzaleaOS.Build.Testing;

/// <summary>The results of one test project.</summary>
/// <param name="Totals">The counts.</param>
/// <param name="Failures">The tests that failed, in the order of the report.</param>
public sealed record TestReport(TestTotals Totals, IReadOnlyList<TestFailure> Failures)
{
    private static readonly XNamespace s_trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Reads a .trx file, the report that <c>dotnet test --logger trx</c> writes.</summary>
    /// <param name="file">The file; one that is missing or broken off counts as one failure.</param>
    /// <param name="exitStatus">What the test process returned: a process that failed with no failed test counts as one failure.</param>
    /// <param name="output">What the process printed, for the message in these cases.</param>
    public static TestReport Read(string file, int exitStatus, string output)
    {
        TestReport report;
        try
        {
            report = Parse(XDocument.Load(file));
        }
        catch (Exception failure) when (failure is IOException or XmlException)
        {
            return Broken("no results were written", output);
        }

        return exitStatus != 0 && report.Totals.Failed == 0
            ? Broken($"the test process ended with status {exitStatus} and no failed test", output) with
            {
                Totals = report.Totals with { Failed = 1 },
            }
            : report;
    }

    private static TestReport Parse(XDocument trx)
    {
        TestTotals totals = default;
        List<TestFailure> failures = [];
        foreach (XElement result in trx.Descendants(s_trx + "UnitTestResult"))
        {
            switch ((string?)result.Attribute("outcome"))
            {
                case "Passed":
                    totals += new TestTotals(1, 0, 0);
                    break;
                case "NotExecuted":
                    totals += new TestTotals(0, 0, 1);
                    break;
                default:
                    totals += new TestTotals(0, 1, 0);
                    XElement? error = result.Descendants(s_trx + "ErrorInfo").FirstOrDefault();
                    failures.Add(new TestFailure(
                        (string?)result.Attribute("testName") ?? "a test without a name",
                        ((string?)error?.Element(s_trx + "Message") ?? "no message").Trim(),
                        ((string?)error?.Element(s_trx + "StackTrace") ?? "").TrimEnd()));
                    break;
            }
        }

        return new TestReport(totals, failures);
    }

    private static TestReport Broken(string what, string output) =>
        new(new TestTotals(0, 1, 0), [new TestFailure(what, output.Trim(), "")]);
}
