using AzaleaOS.Abi;

namespace AzaleaOS.Signals;

/// <summary>How a system call goes on that was interrupted by a stop: what restart_syscall(2) does.</summary>
/// <remarks>
/// For calls that cannot simply be made again because their timeout is relative. The call sets it and returns
/// -ERESTART_RESTARTBLOCK. Written by its own thread.
/// </remarks>
internal unsafe struct RestartBlock
{
    /// <summary>Goes on with the call; null: -EINTR.</summary>
    internal delegate*<RestartBlock*, long> Resume;

    /// <summary>For <see cref="Resume"/>.</summary>
    internal ulong First;

    /// <summary>For <see cref="Resume"/>.</summary>
    internal ulong Second;

    /// <summary>For <see cref="Resume"/>.</summary>
    internal ulong Third;

    /// <summary>For <see cref="Resume"/>.</summary>
    internal ulong Fourth;

    /// <summary>Says how the running thread's call goes on.</summary>
    /// <returns>The block, for arguments.</returns>
    internal static RestartBlock* Set(delegate*<RestartBlock*, long> resume)
    {
        RestartBlock* block = &ThreadSignals.Current->Restart;
        *block = new RestartBlock { Resume = resume };
        return block;
    }

    /// <summary>restart_syscall(2).</summary>
    internal static long Run(RestartBlock* block)
    {
        delegate*<RestartBlock*, long> resume = block->Resume;
        return resume == null ? -Errno.EINTR : resume(block);
    }
}
