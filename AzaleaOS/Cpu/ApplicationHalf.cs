using System.Threading;

namespace AzaleaOS.Cpu;

/// <summary>Which cores have the application's half of the page tables: those that run its threads. One that sleeps has the kernel's half alone.</summary>
/// <remarks>
/// <para>
/// Changes of the page tables then do not concern it (<see cref="Shootdown"/>), and it does not look into tables that are not
/// tables any more. Its root is a copy of the kernel's entries, none of which changes after the boot.
/// </para>
/// <para>
/// Whoever comes back counts itself and stores 0 to <see cref="CoreBlock.IsWithoutApplication"/>, each with a full fence, before
/// it loads the application's tables; who changes them does that first, then passes a full fence, then reads the
/// count and the words. Either it asks the core, or the core walks the changed tables. Whoever leaves first loads the other
/// root, which drops all it held.
/// </para>
/// Source: SDM vol. 3A, 4.10.4.1.
/// </remarks>
internal static unsafe class ApplicationHalf
{
    // The boot core has it from the start.
    private static int s_users = 1;
    private static ulong s_root;
    private static ulong s_kernelRoot;

    /// <summary>The page tables of a core that starts.</summary>
    internal static ulong StartRoot => s_kernelRoot;

    /// <summary>Says what the two roots are. Once, before other cores start; without it every core keeps the half that it has.</summary>
    /// <param name="root">Physical address of the root with both halves.</param>
    /// <param name="kernelRoot">Physical address of that with the kernel's half.</param>
    internal static void Initialise(ulong root, ulong kernelRoot)
    {
        s_root = root;
        s_kernelRoot = kernelRoot;
    }

    /// <summary>Whether another core has it, for one that has it itself.</summary>
    /// <remarks>
    /// A fence must lie between the change of the page tables and this: INVLPG and MOV to CR3, by which this core drops
    /// its own translations, are serializing (SDM vol. 3A, 8.3).
    /// </remarks>
    internal static bool IsShared => Volatile.Read(ref s_users) > 1;

    /// <summary>Gives it up, before sleep. For the core itself.</summary>
    internal static void Leave(CoreBlock* self)
    {
        if (self->IsWithoutApplication != 0 || s_kernelRoot == 0) return;
        Instructions.WriteCr3(s_kernelRoot);
        Volatile.Write(ref self->IsWithoutApplication, 1);
        Interlocked.Decrement(ref s_users);
    }

    /// <summary>Takes it, before anything of the application's or of others' runs. For the core itself.</summary>
    internal static void Enter(CoreBlock* self)
    {
        if (self->IsWithoutApplication == 0) return;
        Interlocked.Increment(ref s_users);
        Interlocked.Exchange(ref self->IsWithoutApplication, 0);
        Instructions.WriteCr3(s_root);
    }
}
