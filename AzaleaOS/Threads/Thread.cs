using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Threads;

/// <summary>A thread of the kernel or of the application. Lies at the top of its own kernel stack.</summary>
/// <remarks>
/// Written by: the core it belongs to (<see cref="Core"/>); before its first switch, by whoever makes
/// it. <see cref="Wake"/>, <see cref="Work"/> and, while it is on its way to its core's inbox,
/// <see cref="Next"/> are written by any core.
/// The memory stays a thread's: a pointer to a thread that has ended leads to another one or to a dead one.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Thread
{
    /// <summary>The next one in a run queue or inbox. The first word: an inbox links items by it.</summary>
    internal Thread* Next;

    /// <summary>rsp while the thread does not run; the context switch stores it here.</summary>
    internal ulong StackPointer;

    /// <summary>Top of the thread's kernel stack: where entries from the application begin.</summary>
    internal ulong KernelStackTop;

    /// <summary>Linux's thread id; 0 for a thread of the kernel.</summary>
    internal int Id;

    /// <summary>A <see cref="WakeState"/>.</summary>
    internal int Wake;

    /// <summary><see cref="ThreadWork"/> bits.</summary>
    internal int Work;

    /// <summary>How far it has come in its life.</summary>
    internal ThreadState State;

    /// <summary>The core it belongs to: runs on, is ready on, or is blocked on.</summary>
    internal CoreBlock* Core;

    /// <summary>The application's thread pointer (FS base).</summary>
    internal ulong ThreadPointer;

    /// <summary>
    /// Where the application's vector registers are kept while the thread does not run: 64-byte aligned,
    /// <c>VectorState.Size</c> bytes. Null for a kernel thread, which keeps none across a switch.
    /// </summary>
    internal void* VectorArea;

    /// <summary>Time it has run, in counter ticks, up to the last switch away from it.</summary>
    internal ulong RunTicks;

    /// <summary>The counter when it was switched to.</summary>
    internal ulong SwitchedIn;

    /// <summary>The word of the application that is cleared and woken when the thread ends; 0 for none.</summary>
    internal ulong ClearOnExit;

    /// <summary>The application's list of robust futexes; 0 for none.</summary>
    internal ulong RobustList;

    /// <summary>struct rseq of the application; 0 for none.</summary>
    internal ulong Rseq;

    /// <summary>Bytes of it.</summary>
    internal uint RseqSize;

    /// <summary>What must lie before the address where a broken sequence goes on.</summary>
    internal uint RseqSignature;

    /// <summary>Signals for this thread alone, its mask and its alternate stack: the signal layer's.</summary>
    internal Signals.ThreadSignals* Signals;

    /// <summary>Neighbours in the list of all threads.</summary>
    internal Thread* NextInTable;

    /// <summary>Neighbours in the list of all threads.</summary>
    internal Thread* PreviousInTable;

    /// <summary>Where its stack ends in memory: what <c>KernelStacks</c> gets back.</summary>
    internal ulong StackMemoryTop;

    /// <summary>sched_setscheduler(2): SCHED_OTHER 0, FIFO 1, RR 2, BATCH 3, IDLE 5.</summary>
    internal int Policy;

    /// <summary>Priority of a real-time policy, 1 to 99; else 0.</summary>
    internal int Priority;

    /// <summary>Nice value, -20 to 19.</summary>
    internal int Nice;

    /// <summary>PR_SET_TIMERSLACK, nanoseconds; 0 for the usual value.</summary>
    internal ulong TimerSlack;

    /// <summary>set_mempolicy(2): where frames come from for memory without a policy of its own.</summary>
    internal MemoryPolicy MemoryPolicy;

    /// <summary>How often it gave its core up by itself.</summary>
    internal ulong VoluntarySwitches;

    /// <summary>How often its time slice ended.</summary>
    internal ulong InvoluntarySwitches;

    /// <summary>How many pages it was given when it touched them.</summary>
    internal ulong PageFaults;

    /// <summary>comm, with a final zero.</summary>
    internal ThreadName Name;

    /// <summary>The cores it may run on.</summary>
    internal CoreSet Affinity;

    /// <summary>A thread of the application.</summary>
    internal readonly bool IsApplication => VectorArea != null;

    /// <summary>It runs, or would if its core had time for it. Unordered, for reports.</summary>
    internal readonly bool IsReady => State == ThreadState.Ready && Wake != WakeState.Parked;

    /// <summary>The stretch of kernel stack that a trap frame at its top takes.</summary>
    internal readonly TrapFrame* EntryFrame => (TrapFrame*)KernelStackTop - 1;

    /// <summary>16 bytes.</summary>
    [InlineArray(Size)]
    internal struct ThreadName
    {
        /// <summary>TASK_COMM_LEN.</summary>
        internal const int Size = 16;

        private byte _first;
    }
}
