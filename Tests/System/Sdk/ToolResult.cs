namespace AzaleaOS.Tests.Machines.Sdk;

/// <summary>What a command returned and printed.</summary>
public sealed record ToolResult(int Status, string Output, string Errors)
{
    /// <summary>Fails the test with all that was printed unless the status is 0.</summary>
    public ToolResult Succeeds()
    {
        Assert.True(Status == 0, $"status {Status}\n{Output}\n{Errors}");
        return this;
    }
}
