namespace AzaleaOS.Build.Testing;

/// <summary>How many tests had which end.</summary>
public readonly record struct TestTotals(int Passed, int Failed, int Skipped)
{
    /// <summary>0 if every test that ran passed and at least one ran, else 1.</summary>
    public int ExitStatus => Failed == 0 && Passed > 0 ? 0 : 1;

    /// <summary>The sum.</summary>
    public static TestTotals operator +(TestTotals left, TestTotals right) =>
        new(left.Passed + right.Passed, left.Failed + right.Failed, left.Skipped + right.Skipped);

    /// <summary>"12 passed, 0 failed", and ", 3 skipped" if there are any: the closing line of a test run.</summary>
    public override string ToString() =>
        $"{Passed} passed, {Failed} failed" + (Skipped > 0 ? $", {Skipped} skipped" : "");
}
