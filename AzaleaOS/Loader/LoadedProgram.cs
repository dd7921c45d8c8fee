namespace AzaleaOS.Loader;

/// <summary>Where a program ended up.</summary>
internal struct LoadedProgram
{
    /// <summary>The first instruction.</summary>
    internal ulong Entry;

    /// <summary>Its program headers, 0 if they are not in memory.</summary>
    internal ulong HeadersAddress;

    /// <summary>How many.</summary>
    internal int HeaderCount;

    /// <summary>The address behind its last page, where the heap begins.</summary>
    internal ulong End;

    /// <summary>Its code.</summary>
    internal ulong CodeStart;

    /// <summary>Behind its code.</summary>
    internal ulong CodeEnd;

    /// <summary>Its data: the last segment.</summary>
    internal ulong DataStart;

    /// <summary>Behind the data that the file has.</summary>
    internal ulong DataEnd;

    /// <summary>The stack must be executable.</summary>
    internal bool HasExecutableStack;
}
