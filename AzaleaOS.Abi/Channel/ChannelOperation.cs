namespace AzaleaOS.Abi.Channel;

/// <summary>What a request is when it is no system call: numbers above all of Linux's.</summary>
public enum ChannelOperation : ushort
{
    /// <summary>The first number that is no system call.</summary>
    First = 0xFF00,

    /// <summary>Agrees on version and features: <see cref="HelloRequest"/> for <see cref="HelloResponse"/>. -EPROTO if there is no common version.</summary>
    Hello = 0xFF00,

    /// <summary>Interrupts the request whose sequence number is argument 0, which then returns -EINTR. -ENOENT if it does not wait: not yet, or no longer.</summary>
    Cancel = 0xFF01,

    /// <summary>Does nothing. Returns 0.</summary>
    Ping = 0xFF02,

    /// <summary>Gives a line to the peer's log: argument 0 is its length. Returns 0.</summary>
    Log = 0xFF03,

    /// <summary>
    /// The application ended: argument 0 is its wait status as Linux's wait4 gives it, argument 1 how many bytes of data went through
    /// memory of the kernel instead of lying where the application has them. Returns 0.
    /// </summary>
    Exit = 0xFF04,

    /// <summary>
    /// Waits at the peer until it has a signal for the application, and returns the signal's number, from 1 to 64. On the control
    /// queue. The unikernel keeps one in flight; a second one on the same queue gets -EBUSY. CANCEL ends it with -EINTR.
    /// </summary>
    WaitEvent = 0xFF05,
}
