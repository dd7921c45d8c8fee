namespace AzaleaOS.Sideloader.Statistics;

/// <summary>What a unikernel did in a span of time: a row of <c>top</c>.</summary>
internal sealed record UnikernelUse
{
    public required string Id { get; init; }

    public string? Name { get; init; }

    public required string Command { get; init; }

    public int Cpus { get; init; }

    /// <summary>Processor time per time: 1 is one core's.</summary>
    public double Processor { get; init; }

    /// <summary>Bytes that the machine may have, and bytes that are in the host's memory.</summary>
    public long Memory { get; init; }

    public long Resident { get; init; }

    public double CallsPerSecond { get; init; }

    public double ErrorsPerSecond { get; init; }

    /// <summary>The mean time of a call at the daemon, in microseconds; null without calls.</summary>
    public double? Latency { get; init; }

    public double ReadBytesPerSecond { get; init; }

    public double WrittenBytesPerSecond { get; init; }
}
