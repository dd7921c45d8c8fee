namespace AzaleaOS.Tests.Scripts;

/// <summary>What a script returned and printed.</summary>
internal sealed record ScriptResult(int Status, string Output, string Errors);
