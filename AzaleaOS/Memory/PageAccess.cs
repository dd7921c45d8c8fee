namespace AzaleaOS.Memory;

/// <summary>What may be done with a page. Write and Execute together are refused in the kernel's half.</summary>
/// <remarks>The numbers are those of Linux's PROT_ constants.</remarks>
[Flags]
internal enum PageAccess
{
    /// <summary>Nothing: the page keeps its frame and faults.</summary>
    None = 0,

    /// <summary>Reading. The processor gives it with any of the others too.</summary>
    Read = 1,

    /// <summary>Writing.</summary>
    Write = 2,

    /// <summary>Execution.</summary>
    Execute = 4,
}
