namespace AzaleaOS.Build.Commands;

/// <summary>What every verb needs.</summary>
internal sealed class CommandContext
{
    /// <summary>The words behind <c>--</c>.</summary>
    internal IReadOnlyList<string> ProgramArguments { get; init; } = [];

    /// <summary>Standard output and standard error.</summary>
    internal Terminal Terminal { get; init; } = new();

    /// <summary>Cancelled by Ctrl-C and by the signals that end a process.</summary>
    internal CancellationToken Cancellation { get; set; }
}

/// <summary>Marks a verb whose command line may have words behind <c>--</c>.</summary>
internal interface IAcceptsProgramArguments;
