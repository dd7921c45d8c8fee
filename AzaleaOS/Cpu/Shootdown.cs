using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>Makes other cores drop translations, or pass a memory barrier, by interrupt, and waits until they have.</summary>
/// <remarks>
/// <para>
/// One request at a time: its sender owns <see cref="s_turn"/>, writes the range, then each target's
/// <see cref="CoreBlock.Shootdowns"/> (release), and waits until the target has written the same number to
/// <see cref="CoreBlock.ShootdownsDone"/>. A core answers from the interrupt handler, or, where it waits with interrupts
/// off, by <see cref="Poll"/>: the sender too, while it waits for its turn, so that two cores can ask each other.
/// </para>
/// <para>
/// A core that sleeps has no part in it: see <see cref="ApplicationHalf"/>.
/// </para>
/// Source: SDM vol. 3A, 4.10.4 and 4.10.5 (propagation of paging-structure changes to multiple processors).
/// </remarks>
internal static unsafe class Shootdown
{
    private static int s_turn;
    private static ulong s_start;
    private static ulong s_end;
    private static bool s_isBarrier;
    private static bool s_interrupts;

    /// <summary>Every other core that may hold translations of the application drops those of a range. This core has dropped its own.</summary>
    /// <param name="start">First address.</param>
    /// <param name="end">The address after the last; the same as <paramref name="start"/> for everything.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Send(ulong start, ulong end)
    {
        if (ApplicationHalf.IsShared)
        {
            Send(start, end, isBarrier: false);
        }
    }

    /// <summary>Every other core that may run the application passes a memory barrier. This core has passed one.</summary>
    /// <param name="interrupts">Whether the threads that run there lose their time slices, and so leave restartable sequences.</param>
    internal static void SendBarrier(bool interrupts)
    {
        if (ApplicationHalf.IsShared)
        {
            Send(0, 0, isBarrier: true, interrupts);
        }
    }

    private static void Send(ulong start, ulong end, bool isBarrier, bool interrupts = false)
    {
        int count = Cores.Count;
        while (Interlocked.CompareExchange(ref s_turn, 1, 0) != 0)
        {
            Poll();
            Instructions.Pause();
        }

        // The exchange was a full fence: the page tables are changed before anybody is looked at.
        s_start = start;
        s_end = end;
        s_isBarrier = isBarrier;
        s_interrupts = interrupts;
        CoreBlock* self = CoreBlock.Current;
        for (int i = 0; i < count; i++)
        {
            CoreBlock* core = Cores.Block(i);
            if (core != self && IsConcerned(core))
            {
                Volatile.Write(ref core->Shootdowns, core->Shootdowns + 1);
                LocalApic.Send(new ApicId(core->ApicId), Vector.Shootdown);
            }
        }

        for (int i = 0; i < count; i++)
        {
            CoreBlock* core = Cores.Block(i);
            while (core != null && core != self && Volatile.Read(ref core->ShootdownsDone) != core->Shootdowns)
            {
                Instructions.Pause();
            }
        }

        Volatile.Write(ref s_turn, 0);
    }

    /// <summary>Answers a request that came while this core could not be interrupted.</summary>
    internal static void Poll()
    {
        CoreBlock* core = CoreBlock.Current;
        if (Volatile.Read(ref core->Shootdowns) != core->ShootdownsDone)
        {
            // The handler must not answer in the middle of this answer.
            bool interrupts = Diagnostics.InterruptFlag.Clear();
            Answer(core);
            Diagnostics.InterruptFlag.Restore(interrupts);
        }
    }

    /// <summary>Does what was asked for. With interrupts off.</summary>
    internal static void Answer(CoreBlock* core)
    {
        ulong asked = Volatile.Read(ref core->Shootdowns);
        if (asked == core->ShootdownsDone)
        {
            return;
        }

        if (s_interrupts)
        {
            CoreWork.Request(core, CoreWork.Reschedule);
        }

        if (!s_isBarrier)
        {
            DropHere(s_start, s_end);
        }

        Volatile.Write(ref core->ShootdownsDone, asked);
    }

    /// <summary>Drops translations of this core: of a range, or, where it is empty, all.</summary>
    internal static void DropHere(ulong start, ulong end)
    {
        if (start == end)
        {
            Instructions.WriteCr3(Instructions.ReadCr3());
            return;
        }

        for (ulong address = start; address != end; address += PageSize.Size4K)
        {
            Instructions.InvalidatePage(address);
        }
    }

    private static bool IsConcerned(CoreBlock* core)
        => core != null
            && Volatile.Read(ref *(int*)&core->State) == (int)CoreState.Online
            && Volatile.Read(ref core->IsWithoutApplication) == 0;
}
