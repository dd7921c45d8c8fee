using System.Runtime;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Threads;

/// <summary>Leaves one kernel stack and goes on with another.</summary>
internal static unsafe class ContextSwitch
{
    /// <summary>
    /// Pushes rbx, rbp, r12 to r15 in that order, stores rsp to <paramref name="savedStack"/>, makes
    /// <paramref name="nextStack"/> the stack, pops r15 to rbx and returns to whoever switched away there.
    /// </summary>
    /// <remarks>
    /// A function call for both sides: the other registers are the caller's to save (System V ABI,
    /// 3.2.1). Vector registers, MXCSR and the x87 control word are not touched. Call with IF clear.
    /// </remarks>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_context_switch")]
    internal static extern void To(ulong* savedStack, ulong nextStack);

    /// <summary>
    /// Where a new thread's stack returns to at its first switch: calls rbx with r12 as the argument. The
    /// function never returns. Only its address is used.
    /// </summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_thread_entry")]
    internal static extern void Enter();
}
