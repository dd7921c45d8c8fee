namespace AzaleaOS.Signals;

/// <summary>A thread's last fault, as handlers find it in sigcontext: it stays there until the next fault.</summary>
internal struct FaultRecord
{
    /// <summary>The processor's vector.</summary>
    internal ulong Trap;

    /// <summary>The error code, as ring 3 would have got it.</summary>
    internal ulong Error;

    /// <summary>Address of a page fault.</summary>
    internal ulong Address;
}
