namespace AzaleaOS.Tests.Unit.Architecture;

/// <summary>A rule that every part of the source obeys.</summary>
internal static class Law
{
    /// <summary>Fails with all violations, one a line, if there are any.</summary>
    internal static void Holds(IEnumerable<string> violations)
    {
        string[] all = [.. violations];
        Assert.True(all.Length == 0, string.Join('\n', all));
    }
}
