namespace AzaleaOS.Abi;

/// <summary>When the application's pages get their frames: option <c>pages=</c>.</summary>
public enum PopulateMode
{
    /// <summary>
    /// Nothing was said. On a machine with one memory node at once, though they are filled with zeros when they are touched, and
    /// what is given back (MADV_DONTNEED) when it is touched again; with several nodes by the core that touches them first.
    /// </summary>
    Automatic = 0,

    /// <summary>At once, filled with zeros, so that a program that computes has no page faults.</summary>
    Eager,

    /// <summary>When they are touched.</summary>
    Lazy,
}
