using System.Globalization;
using System.Text;

namespace AzaleaOS.Tests.Conformance;

/// <summary>What a program wrote, to both of its outputs in its own order, and how it ended.</summary>
public sealed record Outcome(byte[] Output, int Status, string Details = "")
{
    /// <summary>The same with the lines in order: for what a file system lists as it likes.</summary>
    public Outcome Sorted()
    {
        string[] lines = Text.Split('\n');
        Array.Sort(lines, StringComparer.Ordinal);
        return this with { Output = Encoding.Latin1.GetBytes(string.Join('\n', lines)) };
    }

    public string Text => Encoding.Latin1.GetString(Output);

    /// <summary>Fails the test, and shows both sides, unless they are equal.</summary>
    public void MustEqual(Outcome other)
    {
        if (Status != other.Status || !Output.AsSpan().SequenceEqual(other.Output))
            Assert.Fail(string.Create(CultureInfo.InvariantCulture,
                $"status {Status}, on Linux {other.Status}\n--- here\n{Text}\n--- on Linux\n{other.Text}\n--- more\n{Details}"));
    }
}
