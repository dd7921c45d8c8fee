using System.Diagnostics.CodeAnalysis;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Cpu;

/// <summary>All cores: starting them, giving them work, asking whether they live.</summary>
/// <remarks>
/// Starting is asynchronous and the boot core's part of it does not grow with their number: it
/// starts the second core, and that one starts all others. The table is written by the boot core
/// (ids), then by the second core (blocks and stacks), each entry before its core is called.
/// </remarks>
internal static unsafe class Cores
{
    // About 10 us: Linux's pause between two start-up messages on processors without the 1997 delays.
    private const ulong StartupPauseTicks = 30_000;

    // Some 3 ms and more for a core to show up before it is called a second time.
    private const ulong SecondCallTicks = 10_000_000;

    private const ulong PatienceSeconds = 20;

    private static CoreBootRecord s_bootRecord;
    private static CoreBootRecord* s_records;
    private static int s_count;
    private static CoreMemory s_memory;
    private static PhysicalAddress s_page;
    private static ulong s_startTsc;

    /// <summary>How many cores there are, started or not.</summary>
    internal static int Count => s_count;

    /// <summary>The block of a core, 0 to <see cref="Count"/> - 1; null if it has none yet.</summary>
    internal static CoreBlock* Block(int index) => s_records[index].Block;

    /// <summary>The local APIC id of a core, started or not.</summary>
    internal static uint ApicIdOf(int index) => s_records[index].ApicId;

    /// <summary>There is one core: this one.</summary>
    internal static void Start()
    {
        s_bootRecord.ApicId = BootCore.Block->ApicId;
        s_bootRecord.Block = BootCore.Block;
        s_records = (CoreBootRecord*)Unsafe.AsPointer(ref s_bootRecord);
        s_count = 1;
    }

    /// <summary>There are more: starts them, and returns while they start.</summary>
    /// <param name="records">Ids, the boot core's first; the rest zero.</param>
    /// <param name="count">How many; at least 2.</param>
    /// <param name="memory">Where blocks and stacks come from; may be called on other cores.</param>
    /// <param name="page">A free page below 1 MiB.</param>
    /// <param name="mappedPage">Where it is mapped.</param>
    internal static void StartOthers(CoreBootRecord* records, int count, in CoreMemory memory, PhysicalAddress page, byte* mappedPage)
    {
        s_startTsc = Instructions.ReadTimestamp();
        records[0].Block = BootCore.Block;
        s_records = records;
        s_memory = memory;
        s_page = page;
        Trampoline.Install(mappedPage, records, count, ApplicationHalf.StartRoot);
        Panic.StopOtherCores = &StopSignal.Give;
        s_count = count;

        if (!TryPrepare(1)) return;
        Reset(1);
        Call(1);
        PauseFor(StartupPauseTicks);
        Call(1);
    }

    /// <summary>Waits until every core is up, and says how long that took and how many answer.</summary>
    /// <returns>Whether all did.</returns>
    internal static bool WaitForAll()
    {
        ulong patience = PatienceSeconds * Tsc.Frequency;
        int online;
        while ((online = CountOnline()) < s_count && Instructions.ReadTimestamp() - s_startTsc < patience)
        {
            Instructions.Pause();
        }
        ulong microseconds = s_startTsc == 0 ? 0
            : (Instructions.ReadTimestamp() - s_startTsc) / (Tsc.Frequency / 1_000_000);
        int answers = Ping();
        Log.Line($"cores: {online} up in {microseconds} us, {answers} answer");
        for (int i = 0; i < s_count && online < s_count; i++)
        {
            if (!IsOnline(i)) Log.Warning($"core {i} (APIC id {s_records[i].ApicId}) did not start");
        }
        return online == s_count && answers == s_count;
    }

    /// <summary>Asks every core for an answer by interrupt.</summary>
    /// <returns>How many answered, this one included.</returns>
    internal static int Ping()
    {
        CoreBlock* self = CoreBlock.Current;
        ulong before = SumOfPings();
        int asked = 0;
        for (int i = 0; i < s_count; i++)
        {
            if (!IsOnline(i) || Block(i) == self) continue;
            LocalApic.Send(new ApicId(s_records[i].ApicId), Vector.Ping);
            asked++;
        }
        ulong start = Instructions.ReadTimestamp();
        ulong patience = PatienceSeconds * Tsc.Frequency;
        ulong answers;
        while ((answers = SumOfPings() - before) < (ulong)asked && Instructions.ReadTimestamp() - start < patience)
        {
            Instructions.Pause();
        }
        return (int)answers + 1;
    }

    /// <summary>Lets a core call a function when it has nothing else to do.</summary>
    /// <returns>False if the core is not up, or has not taken the previous function yet.</returns>
    internal static bool RunOn(int index, delegate*<void*, void> function, void* argument)
    {
        if (!IsOnline(index)) return false;
        if (!Block(index)->Inbox.TryPut(function, argument, out bool needsInterrupt)) return false;
        if (needsInterrupt) LocalApic.Send(new ApicId(s_records[index].ApicId), Vector.Wake);
        return true;
    }

    /// <summary>What a core does from now on, on the stack it started on; does not return. Null: it waits for functions. Set before cores start.</summary>
    internal static delegate*<void> Idle;

    /// <summary>Whether a core that sleeps should monitor its inbox: emulators and hypervisors handle hlt well and mwait badly or not at all.</summary>
    internal static bool SleepsWithMonitor => CpuFeatures.HasMonitor && !CpuFeatures.HasHypervisor;

    /// <summary>Calls what other cores leave in the inbox, and sleeps in between.</summary>
    [DoesNotReturn]
    internal static void WaitForFunctions()
    {
        CoreBlock* self = CoreBlock.Current;
        bool monitor = SleepsWithMonitor;
        ApplicationHalf.Enter(self);
        while (true)
        {
            if (self->Inbox.TryTake(out delegate*<void*, void> function, out void* argument))
            {
                function(argument);
                continue;
            }
            Instructions.DisableInterrupts();
            self->Inbox.Wait(monitor);
        }
    }

    /// <summary>Where the trampoline leads: a core's first C#, on its own stack.</summary>
    [RuntimeExport("azalea_core_start")]
    internal static void Enter(CoreBlock* self)
    {
        CoreSetup.Load(self);
        LocalApic.Enable();
        Volatile.Write(ref *(int*)&self->State, (int)CoreState.Online);
        if (StopSignal.IsGiven) StopSignal.Obey();
        Instructions.EnableInterrupts();
        if (self->Index == 1) StartRest();
        if (Idle != null) Idle();
        WaitForFunctions();
    }

    private static void StartRest()
    {
        int prepared = 2;
        while (prepared < s_count && TryPrepare(prepared)) prepared++;
        for (int i = 2; i < prepared; i++) Reset(i);
        for (int i = 2; i < prepared; i++) Call(i);
        SleepFor(SecondCallTicks);
        for (int i = 2; i < prepared; i++)
        {
            if (!IsOnline(i)) Call(i);
        }
    }

    private static bool TryPrepare(int index)
    {
        CoreBootRecord* record = &s_records[index];
        CoreBlock* core = (CoreBlock*)s_memory.AllocateBlock(record->Node);
        ulong stack = core == null ? 0 : s_memory.AllocateStack(CoreStacks.Idle, record->Node);
        if (stack == 0 || !CoreStacks.TryAllocate(core, record->Node, s_memory))
        {
            Log.Warning($"no memory for the stacks of core {index} and those after it");
            return false;
        }
        core->Self = core;
        core->Index = index;
        core->ApicId = record->ApicId;
        core->Node = record->Node;
        core->IsWithoutApplication = 1;
        core->IdleStackTop = stack;
        core->KernelStackTop = stack;
        record->StackTop = stack;
        Volatile.Write(ref *(ulong*)&record->Block, (ulong)core);
        return true;
    }

    private static void Reset(int index) => LocalApic.SendInit(new ApicId(s_records[index].ApicId));

    private static void Call(int index) => LocalApic.SendStartup(new ApicId(s_records[index].ApicId), s_page);

    private static bool IsOnline(int index)
    {
        CoreBlock* core = Block(index);
        return core != null && Volatile.Read(ref *(int*)&core->State) == (int)CoreState.Online;
    }

    private static int CountOnline()
    {
        int online = 0;
        for (int i = 0; i < s_count; i++)
        {
            if (IsOnline(i)) online++;
        }
        return online;
    }

    private static ulong SumOfPings()
    {
        ulong sum = 0;
        for (int i = 0; i < s_count; i++)
        {
            if (Block(i) != null) sum += Volatile.Read(ref Block(i)->Pings);
        }
        return sum;
    }

    // For a core that has interrupts on and nothing else to do.
    private static void SleepFor(ulong ticks)
    {
        const uint Times = 100;
        ulong start = Instructions.ReadTimestamp();
        Instructions.DisableInterrupts();
        while (Instructions.ReadTimestamp() - start < ticks)
        {
            OneShotTimer.ArmShortly(Times);
            Instructions.EnableInterruptsAndHalt();
            Instructions.DisableInterrupts();
        }
        Instructions.EnableInterrupts();
    }

    private static void PauseFor(ulong ticks)
    {
        ulong start = Instructions.ReadTimestamp();
        while (Instructions.ReadTimestamp() - start < ticks) Instructions.Pause();
    }
}
