using System.Runtime.InteropServices;
using System.Threading;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Threads;

/// <summary>
/// rseq(2): a word in the application's memory says on which core a thread runs, and a short piece of code that
/// relies on it starts anew when the thread has left the core, or its course, in between.
/// </summary>
/// <remarks>
/// A piece is only broken by the end of a time slice, by a move to another core and by a signal: no system call may
/// be in it. Source: Linux, include/uapi/linux/rseq.h, kernel/rseq.c.
/// </remarks>
internal static unsafe class RestartableSequence
{
    /// <summary>Bytes and alignment of struct rseq as it first was.</summary>
    internal const uint Size = 32;

    private const ulong SequenceOffset = 8;
    private const ulong NodeOffset = 20;
    private const uint Uninitialised = uint.MaxValue;

    /// <summary>Makes a thread that has registered look at its sequence before it goes on with the application.</summary>
    internal static void Disturb(Thread* thread)
    {
        if (thread->Rseq == 0) return;
        Interlocked.Or(ref thread->Work, ThreadWork.Sequence);
    }

    /// <summary>Writes down where the running thread runs, and starts a broken piece of code anew.</summary>
    /// <param name="thread">The running thread; it has registered.</param>
    /// <param name="frame">Where it goes on; null if that is no place for such code.</param>
    /// <returns>False if the application's structures make no sense: SIGSEGV.</returns>
    internal static bool Repair(Thread* thread, TrapFrame* frame)
    {
        Interlocked.And(ref thread->Work, ~ThreadWork.Sequence);
        if (!Write(thread->Rseq, (uint)CoreBlock.Current->Index, CoreBlock.Current->Node)) return false;
        if (frame == null) return true;

        ulong place = thread->Rseq + SequenceOffset;
        if (!UserMemory.TryRead(place, out ulong address)) return false;
        if (address == 0) return true;
        if (!UserMemory.TryRead(address, out Sequence sequence)) return false;
        bool isInside = frame->Rip - sequence.Start < sequence.Length;
        if (sequence.Version != 0 || sequence.Start >= AddressSpace.Highest || sequence.Abort >= AddressSpace.Highest
            || sequence.Abort - sequence.Start < sequence.Length)
        {
            return false;
        }
        if (!UserMemory.TryWrite(place, 0UL)) return false;
        if (!isInside) return true;
        if (!UserMemory.TryRead(sequence.Abort - sizeof(uint), out uint signature) || signature != thread->RseqSignature) return false;
        frame->Rip = sequence.Abort;
        return true;
    }

    /// <summary>Forgets the running thread's registration.</summary>
    /// <returns>False if its memory is gone.</returns>
    internal static bool Leave(Thread* thread)
    {
        ulong address = thread->Rseq;
        thread->Rseq = 0;
        return UserMemory.TryWrite(address, 0U) && UserMemory.TryWrite(address + sizeof(uint), Uninitialised)
            && UserMemory.TryWrite(address + NodeOffset, 0UL);
    }

    private static bool Write(ulong address, uint core, uint node)
        => UserMemory.TryWrite(address, core | ((ulong)core << 32)) && UserMemory.TryWrite(address + NodeOffset, node | ((ulong)core << 32));

    /// <summary>struct rseq_cs.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Sequence
    {
        internal uint Version;
        internal uint Flags;
        internal ulong Start;
        internal ulong Length;
        internal ulong Abort;
    }
}
