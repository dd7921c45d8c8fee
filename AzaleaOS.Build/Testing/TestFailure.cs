namespace AzaleaOS.Build.Testing;

/// <summary>One test that failed.</summary>
/// <param name="Test">Its name, with parameters.</param>
/// <param name="Message">The assertion, as the test framework words it.</param>
/// <param name="StackTrace">Where, innermost first; may be empty.</param>
public sealed record TestFailure(string Test, string Message, string StackTrace);
