namespace AzaleaOS.Sideloader.Rings;

/// <summary>What came of asking a queue for the next chain.</summary>
public enum TakeResult
{
    /// <summary>There is none.</summary>
    Empty,

    /// <summary>There was one.</summary>
    Taken,

    /// <summary>The driver broke a rule: the queue gives nothing any more.</summary>
    Broken,
}
