namespace AzaleaOS.Abi.Linux;

/// <summary>Operations of futex(2), without their flags.</summary>
/// <remarks>Source: Linux, include/uapi/linux/futex.h.</remarks>
public enum FutexCommand
{
    /// <summary>FUTEX_WAIT.</summary>
    Wait = 0,

    /// <summary>FUTEX_WAKE.</summary>
    Wake = 1,

    /// <summary>FUTEX_REQUEUE.</summary>
    Requeue = 3,

    /// <summary>FUTEX_CMP_REQUEUE.</summary>
    CompareRequeue = 4,

    /// <summary>FUTEX_WAKE_OP.</summary>
    WakeOperation = 5,

    /// <summary>FUTEX_LOCK_PI.</summary>
    LockPi = 6,

    /// <summary>FUTEX_UNLOCK_PI.</summary>
    UnlockPi = 7,

    /// <summary>FUTEX_TRYLOCK_PI.</summary>
    TryLockPi = 8,

    /// <summary>FUTEX_WAIT_BITSET.</summary>
    WaitBitset = 9,

    /// <summary>FUTEX_WAKE_BITSET.</summary>
    WakeBitset = 10,

    /// <summary>FUTEX_WAIT_REQUEUE_PI.</summary>
    WaitRequeuePi = 11,

    /// <summary>FUTEX_CMP_REQUEUE_PI.</summary>
    CompareRequeuePi = 12,

    /// <summary>FUTEX_LOCK_PI2.</summary>
    LockPi2 = 13,

    /// <summary>The command's bits.</summary>
    Mask = 0x7f,

    /// <summary>FUTEX_PRIVATE_FLAG.</summary>
    Private = 0x80,

    /// <summary>FUTEX_CLOCK_REALTIME.</summary>
    RealTime = 0x100,
}
