namespace AzaleaOS.Memory;

/// <summary>What became of a page fault.</summary>
internal enum FaultOutcome
{
    /// <summary>The access can be repeated.</summary>
    Served,

    /// <summary>Nothing is mapped there: SIGSEGV, SEGV_MAPERR.</summary>
    NotMapped,

    /// <summary>The area does not allow the access: SIGSEGV, SEGV_ACCERR.</summary>
    NotAllowed,

    /// <summary>The page lies behind the end of the mapped file: SIGBUS, BUS_ADRERR.</summary>
    BeyondFile,

    /// <summary>The page is somewhere else: who may wait has it brought (<see cref="FilePages.Bring"/>) and tries again.</summary>
    Owed,

    /// <summary>There is no memory for the page: SIGKILL, as Linux's out-of-memory killer does.</summary>
    OutOfMemory,
}
