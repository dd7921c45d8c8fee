namespace AzaleaOS.Sideloader.Statistics;

/// <summary>A traced call as <c>trace --json</c> prints it.</summary>
/// <param name="Seconds">When it began, since the host started.</param>
/// <param name="Thread">The calling thread in the unikernel.</param>
/// <param name="Queue">The queue that it came by: 0 for control, else the core's number plus 1.</param>
/// <param name="Call">Its name.</param>
/// <param name="Arguments">Its arguments in words.</param>
/// <param name="Result">What it returned: a negated error number, or its result.</param>
/// <param name="Error">The error's name, or null.</param>
/// <param name="Microseconds">How long the daemon took.</param>
internal sealed record TracedCall(
    double Seconds, uint Thread, int Queue, string Call, IReadOnlyList<string> Arguments, long Result, string? Error, double Microseconds);
