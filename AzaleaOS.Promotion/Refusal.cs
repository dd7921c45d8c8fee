namespace AzaleaOS.Promotion;

/// <summary>Why a site stays a <c>syscall</c>.</summary>
public enum Refusal
{
    /// <summary>It does not: it is promoted.</summary>
    None,

    /// <summary>Where its function begins, or where its instructions do, is not certain.</summary>
    UncertainCode,

    /// <summary>There are fewer than three bytes of instructions before it in its basic block.</summary>
    ShortBlock,

    /// <summary>Something leads into the bytes that would change: a branch, a table, a symbol, an unwinding boundary.</summary>
    JumpInto,

    /// <summary>An instruction before it cannot stand elsewhere: it uses the stack pointer, or memory that may fault.</summary>
    FixedInstruction,

    /// <summary>Code behind it may read the flags, which a call does not keep.</summary>
    LiveFlags,

    /// <summary>Its function keeps something below the stack pointer, where a call writes its return address, or changes the direction flag.</summary>
    LiveRedZone,

    /// <summary>rt_sigreturn, or a call behind which another stack is in use: clone, clone3, fork, vfork.</summary>
    SpecialCall,

    /// <summary>exit, munmap next to it, or a function that loads rsp: there may be no stack.</summary>
    StackMayBeGone,

    /// <summary>A cancellation point of musl, which compares the interrupted address with its own.</summary>
    CancellationPoint,

    /// <summary>The addresses where its stub would have to be are taken.</summary>
    NoRoom,
}
