namespace AzaleaOS.Abi;

/// <summary>The system calls that AzaleaOS has and Linux has no number for: those of the paper's Table I.</summary>
/// <remarks>
/// They are made like Linux's, by <c>syscall</c> or by a call through the table, with the number in eax and the arguments in
/// rdi, rsi, rdx, and return a result or -errno in rax. Their numbers are far from Linux's, which end at about 470, so that a
/// Linux answers -ENOSYS. A number that is not listed here does so as well.
/// A semaphore is a word of the application's memory, see <see cref="SemaphoreWord"/>; the kernel keeps nothing for one for which no
/// thread waits. Those who wait get their turn by the priority they had when they began to, and among the same in the order they came.
/// Errors that every semaphore call gives: -EFAULT for memory that cannot be read and written, -EINVAL for an
/// address that is no multiple of 4, and, but for <see cref="SemaphoreInitialize"/>, for a word that is no semaphore (never
/// initialised, or destroyed).
/// </remarks>
public static class AzaleaCall
{
    /// <summary>The first number.</summary>
    public const int First = 0x1000;

    /// <summary>The last number.</summary>
    public const int Last = Yield;

    /// <summary><c>sem_init(sem, value)</c>: makes a word a semaphore.</summary>
    /// <remarks>value: unsigned, 0 to <see cref="SemaphoreWord.Largest"/>. 0; -EINVAL for a larger value; -EBUSY while threads wait for one there.</remarks>
    public const int SemaphoreInitialize = 0x1000;

    /// <summary><c>sem_destroy(sem)</c>: makes the word no semaphore.</summary>
    /// <remarks>0; -EBUSY while threads wait for it, and it stays one.</remarks>
    public const int SemaphoreDestroy = 0x1001;

    /// <summary><c>sem_wait(sem)</c>: takes one, waiting for it without limit.</summary>
    /// <remarks>0. Handlers of signals run meanwhile, and the wait goes on whatever SA_RESTART says.</remarks>
    public const int SemaphoreWait = 0x1002;

    /// <summary><c>sem_post(sem)</c>: hands one to the thread whose turn it is, or adds one if none waits.</summary>
    /// <remarks>0; -EOVERFLOW, and nothing changes, if there are <see cref="SemaphoreWord.Largest"/> already. A signal's handler may call it.</remarks>
    public const int SemaphorePost = 0x1003;

    /// <summary><c>sem_timedwait(sem, ms)</c>: takes one, waiting for it no longer than a time.</summary>
    /// <remarks>
    /// ms: 64 bits, milliseconds; 0 does not wait, <see cref="Forever"/> and more is without limit. With the highest bit set the others are a
    /// point in time, nanoseconds of CLOCK_MONOTONIC. 0; -ETIMEDOUT. Handlers of signals run meanwhile, and the wait goes on
    /// until the same time: the kernel has then written that point into rsi, so rsi is undefined afterwards.
    /// </remarks>
    public const int SemaphoreTimedWait = 0x1004;

    /// <summary><c>sem_cancelablewait(sem, ms)</c>: like <see cref="SemaphoreTimedWait"/>, and any signal's handler ends it.</summary>
    /// <remarks>
    /// ms as there, rsi as well. 0; -ETIMEDOUT; -EINTR when a handler has run, whatever SA_RESTART says: a thread is called back by a signal, as pthread_cancel
    /// does it. A signal without a handler ends nothing.
    /// </remarks>
    public const int SemaphoreCancelableWait = 0x1005;

    /// <summary><c>get_ticks()</c>: the ticks since the kernel was entered, <see cref="TicksPerSecond"/> in a second, on every core the same.</summary>
    /// <remarks>Always succeeds. There is no tick interrupt: they are counted from the clock.</remarks>
    public const int GetTicks = 0x1006;

    /// <summary><c>msleep(ms)</c>: sleeps for at least a time.</summary>
    /// <remarks>ms: unsigned, milliseconds; 0 returns at once. 0; -EINTR when a signal's handler has run before it was over.</remarks>
    public const int MillisecondSleep = 0x1007;

    /// <summary><c>getprio(id)</c>: a thread's priority.</summary>
    /// <remarks>id: a thread's, 0 for the caller. 0 (shares its core evenly with others of 0) to <see cref="HighestPriority"/>; -EINVAL for a negative id; -ESRCH.</remarks>
    public const int GetPriority = 0x1008;

    /// <summary><c>setprio(id, priority)</c>: sets a thread's priority. A thread runs before all of a lower one on its core.</summary>
    /// <remarks>
    /// id: a thread's, 0 for the caller. priority: 0 to <see cref="HighestPriority"/>; what Linux calls SCHED_OTHER for 0, SCHED_RR
    /// with that priority else. 0; -EINVAL for a negative id or another priority; -ESRCH.
    /// </remarks>
    public const int SetPriority = 0x1009;

    /// <summary><c>yield()</c>: sched_yield(2). Lets another thread of this core run, if one of at least the same priority is ready.</summary>
    /// <remarks>0.</remarks>
    public const int Yield = 0x100a;

    /// <summary>A time of a wait without limit, milliseconds.</summary>
    public const uint Forever = uint.MaxValue;

    /// <summary>Ticks of <see cref="GetTicks"/> in a second.</summary>
    public const int TicksPerSecond = 100;

    /// <summary>The highest priority of a thread.</summary>
    public const int HighestPriority = 99;
}
