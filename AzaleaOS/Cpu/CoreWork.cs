using System.Threading;

namespace AzaleaOS.Cpu;

/// <summary>What a core has to do before it goes back to the application.</summary>
/// <remarks>
/// Written by the core alone: its interrupt handlers set bits, its kernel code sets and takes them. Since an interrupt
/// may come between a load and a store, kernel code does both in one instruction.
/// </remarks>
internal static unsafe class CoreWork
{
    /// <summary>The timer has fired.</summary>
    internal const int Timer = 1;

    /// <summary>Another core has sent something: threads, or work for the thread that runs.</summary>
    internal const int Message = 2;

    /// <summary>The running thread has had its time.</summary>
    internal const int Reschedule = 4;

    /// <summary>The running thread has work of its own.</summary>
    internal const int Thread = 8;

    /// <summary>A device of this core has received something.</summary>
    internal const int Input = 16;

    /// <summary>Sets bits. For kernel code of the core itself.</summary>
    internal static void Request(CoreBlock* core, int bits) => Interlocked.Or(ref core->Work, bits);

    /// <summary>Clears bits. For kernel code of the core itself.</summary>
    /// <returns>Those that were set.</returns>
    internal static int Take(CoreBlock* core, int bits) => Interlocked.And(ref core->Work, ~bits) & bits;
}
