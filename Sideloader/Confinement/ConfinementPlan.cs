namespace AzaleaOS.Sideloader.Confinement;

/// <summary>What a confined process still reaches.</summary>
public sealed record ConfinementPlan
{
    /// <summary>Directories that a guest sees.</summary>
    public IReadOnlyList<(string Path, bool ReadOnly)> Trees { get; init; } = [];

    /// <summary>Directories of this process itself, with all that is in them.</summary>
    public IReadOnlyList<string> Own { get; init; } = [];

    /// <summary>Directories in which it makes and removes its sockets, and reaches nothing else.</summary>
    public IReadOnlyList<string> ForSockets { get; init; } = [];

    /// <summary>Takes a line for each part that this host's kernel does not have.</summary>
    public Action<string> Log { get; init; } = _ => { };
}
