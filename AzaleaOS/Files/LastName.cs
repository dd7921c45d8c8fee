namespace AzaleaOS.Files;

/// <summary>What a path ends with.</summary>
internal enum LastName
{
    /// <summary>A name.</summary>
    Normal,

    /// <summary>".".</summary>
    Dot,

    /// <summary>"..".</summary>
    DotDot,

    /// <summary>Nothing: the path is "/".</summary>
    Root,
}
