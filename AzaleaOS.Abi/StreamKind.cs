namespace AzaleaOS.Abi;

/// <summary>What is at the other end of a standard stream.</summary>
public enum StreamKind : byte
{
    /// <summary>The bare console (<c>c</c>, and what holds if nothing is said): bytes go out as they are, nothing comes in.</summary>
    Console,

    /// <summary>A terminal (<c>t</c>).</summary>
    Terminal,

    /// <summary>Something that is no terminal (<c>p</c>): a pipe or file of the launcher.</summary>
    Pipe,
}
