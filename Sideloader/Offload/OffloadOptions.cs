using AzaleaOS.Sideloader.Statistics;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>What the peer of one unikernel gives to its application.</summary>
public sealed record OffloadOptions
{
    /// <summary>The directory that is the application's root, or null: then it sees no file of the host.</summary>
    public string? Root { get; init; }

    /// <summary>More directories, inside that one.</summary>
    public IReadOnlyList<MountedDirectory> Mounts { get; init; } = [];

    /// <summary>How many cores the unikernel has, each with a queue.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>Whether the application may change nothing in its tree and what is mounted there.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether descriptors 0, 1 and 2 of this process are the application's.</summary>
    public bool StandardStreams { get; init; }

    /// <summary>Takes the lines of the unikernel's log.</summary>
    public Action<string> Log { get; init; } = _ => { };

    /// <summary>Where calls are counted and traced; null for nowhere.</summary>
    internal StatisticsFile? Statistics { get; init; }
}
