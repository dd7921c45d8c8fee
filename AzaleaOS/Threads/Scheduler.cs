using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Threads;

/// <summary>Which thread runs on which core, and when.</summary>
/// <remarks>
/// Each core has a run queue of its own and takes from it in turn; nobody else touches it. A thread belongs
/// to one core. Whoever wakes a thread of another core puts it into that core's inbox and interrupts it if the inbox was
/// empty. Only the owner hands threads to other cores: to one that sleeps when it has more than it can run, or to
/// one that asks. The kernel is not preemptive: a thread leaves its core when it blocks, yields, or goes back to the
/// application (<see cref="KernelExit"/>). There is no tick while a core has one thread.
/// </remarks>
internal static unsafe class Scheduler
{
    /// <summary>No deadline.</summary>
    internal const long Never = long.MaxValue;

    // As long as Linux's default slice on several cores (kernel/sched/fair.c, 3 ms), a little more.
    private const int SlicesPerSecond = 250;

    // How many cores are looked at to find one that sleeps.
    private const int Probes = 16;

    // Until somebody knows the counter's frequency: some milliseconds on any processor.
    private static ulong s_sliceTicks = 10_000_000;
    private static int s_overloaded;

    /// <summary>Takes what a device has received. Kernel context; must not block. Set by whoever owns the device.</summary>
    internal static delegate*<void> TakeInput { get; set; }

    /// <summary>The thread that runs on this core.</summary>
    internal static Thread* Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => CoreBlock.Current->Running;
    }

    /// <summary>Knows how long a time slice is. Before the second thread.</summary>
    internal static void Prepare() => s_sliceTicks = Clock.ToCounter(Clock.Second / SlicesPerSecond) - Clock.ToCounter(0);

    /// <summary>Makes this core schedule: the thread that runs now is its first one.</summary>
    /// <param name="page">A page of zeros of this core's memory.</param>
    /// <param name="idle">What runs when nothing else wants to.</param>
    internal static void StartCore(void* page, Thread* idle)
    {
        CoreBlock* core = CoreBlock.Current;
        CoreScheduler* scheduler = (CoreScheduler*)page;
        scheduler->Core = core;
        scheduler->Idle = idle;
        scheduler->Armed = ulong.MaxValue;
        idle->Core = core;
        if (core->Running == null) core->Running = idle;
        else core->Running->Core = core;
        Volatile.Write(ref *(nint*)&core->Scheduler, (nint)scheduler);
    }

    /// <summary>From now on a wake-up of the running thread is remembered.</summary>
    internal static void Arm() => Interlocked.Exchange(ref Current->Wake, WakeState.Armed);

    /// <summary>The running thread does not wait after all.</summary>
    internal static void Disarm() => Volatile.Write(ref Current->Wake, WakeState.None);

    /// <summary>Gives the core away until the thread is woken. <see cref="Arm"/> comes first.</summary>
    /// <param name="deadline">Nanoseconds of the monotonic clock.</param>
    [SkipLocalsInit]
    internal static WakeReason Block(long deadline = Never)
    {
        if (deadline == Never) return BlockForever();

        KernelTimer timer;
        KernelTimer.Prepare(&timer, &TimeOut, Current);
        Timers.Start(&timer, deadline);
        WakeReason reason = BlockForever();
        Timers.Stop(&timer);
        return reason;
    }

    /// <summary><see cref="Block"/> without a deadline. Touches no vector register but by <see cref="ColdCall"/>.</summary>
    internal static WakeReason BlockForever() => Park(ThreadWork.Interrupting);

    /// <summary>Gives the core away until the thread is woken; neither signals nor the end of the process count.</summary>
    internal static void BlockThrough() => Park(0);

    /// <summary>Wakes a thread that waits or is about to.</summary>
    /// <returns>False if it was not, or if somebody else was first.</returns>
    internal static bool Wake(Thread* thread) => Wake(thread, WakeState.Woken);

    /// <summary>Decides a wake-up without bringing it about: for holders of a spin lock.</summary>
    /// <param name="thread">A thread that waits or is about to.</param>
    /// <param name="isParked">Whether it has to be delivered; until then it does not run.</param>
    /// <returns>False if it did not wait, or if somebody else was first.</returns>
    internal static bool Claim(Thread* thread, out bool isParked) => Claim(thread, WakeState.Woken, out isParked);

    /// <summary>Makes a thread look at its <see cref="Thread.Work"/> as soon as possible, wherever it is. The caller has set the bit.</summary>
    internal static void Interrupt(Thread* thread)
    {
        // Whether a thread of another core runs there cannot be known: its core finds out.
        if (!Wake(thread, WakeState.Interrupted)) Notify(thread);
    }

    /// <summary>Lets another thread of this core run, if there is one.</summary>
    internal static void Yield()
    {
        CoreScheduler* core = CoreScheduler.Current;
        if (core->Core->Work != 0) ColdCall.Invoke(&Serve, core);
        if (core->Queue.Count == 0) return;
        Thread* self = core->Core->Running;
        if (self != core->Idle) core->Queue.Add(self);
        SwitchTo(core, core->Queue.Take());
    }

    /// <summary>Ends the running thread. Its stack is returned once the core has left it.</summary>
    [DoesNotReturn]
    internal static void End()
    {
        CoreScheduler* core = CoreScheduler.Current;
        Thread* self = core->Core->Running;
        self->State = ThreadState.Dead;
        Interlocked.Decrement(ref core->Assigned);
        core->Dead = self;
        Thread* next = Next(core);
        SwitchTo(core, next);
        Panic.Because("a thread that has ended was switched to"u8);
    }

    /// <summary>Makes a thread look at its <see cref="Thread.Work"/> before it goes on with the application, without ending its wait. The caller has set the bit.</summary>
    internal static void Notify(Thread* thread)
    {
        CoreBlock* core = thread->Core;
        CoreBlock* self = CoreBlock.Current;
        if (core == self) CoreWork.Request(self, CoreWork.Thread);
        else LocalApic.Send(new ApicId(core->ApicId), Vector.Wake);
    }

    /// <summary>Gives a new thread, or one that nobody else knows of, its core and makes it ready.</summary>
    internal static void Start(Thread* thread, CoreBlock* core)
    {
        Interlocked.Increment(ref ((CoreScheduler*)core->Scheduler)->Assigned);
        thread->State = ThreadState.Ready;
        thread->Core = core;
        Deliver(thread, core);
    }

    /// <summary>Makes a new thread the next one of this core, whoever else sleeps.</summary>
    internal static void StartHere(Thread* thread)
    {
        CoreScheduler* core = CoreScheduler.Current;
        Interlocked.Increment(ref core->Assigned);
        thread->State = ThreadState.Ready;
        thread->Core = core->Core;
        core->Queue.Add(thread);
    }

    /// <summary>Moves the running thread to another core. Returns there.</summary>
    internal static void MoveTo(CoreBlock* target)
    {
        CoreScheduler* core = CoreScheduler.Current;
        Thread* self = core->Core->Running;
        // Its registers must be saved before the other core may run it: the next thread sends it off.
        core->Leaving = self;
        core->LeavingTo = target;
        SwitchTo(core, Next(core));
    }

    /// <summary>Does what has come up for this core: timers, threads from other cores, requests for threads.</summary>
    /// <param name="of">A <see cref="CoreScheduler"/>: this core's.</param>
    internal static void Serve(void* of)
    {
        CoreScheduler* scheduler = (CoreScheduler*)of;
        CoreBlock* core = scheduler->Core;
        int work = CoreWork.Take(core, CoreWork.Timer | CoreWork.Message | CoreWork.Input);
        if ((work & CoreWork.Input) != 0) TakeInput();
        if ((work & CoreWork.Timer) != 0)
        {
            scheduler->Armed = ulong.MaxValue;
            long next = Timers.Serve(scheduler);
            if (next != Never) scheduler->ArmNoLaterThan(Clock.ToCounter(next));
        }
        TakeInbox(scheduler);
        if (Volatile.Read(ref scheduler->StealFor) != 0) GiveAway(scheduler);
        if (scheduler->Queue.Count == 0) return;

        if (core->Running != scheduler->Idle && Instructions.ReadTimestamp() >= scheduler->SliceEnd)
        {
            CoreWork.Request(core, CoreWork.Reschedule);
            Relieve(scheduler);
            if (scheduler->Queue.Count > 0 && !scheduler->IsOverloaded) SetOverloaded(scheduler, true);
        }
        else
        {
            scheduler->ArmForSlice();
        }
    }

    /// <summary>The thread to run next on this core; takes it off the queue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Thread* Next(CoreScheduler* core)
    {
        if (core->Core->Work != 0) ColdCall.Invoke(&Serve, core);
        return core->Queue.TakeOr(core->Idle);
    }

    /// <summary>Switches to another thread and returns when somebody switches back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SwitchTo(CoreScheduler* core, Thread* next) => Switch(core, core->Core, core->Core->Running, next);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Switch(CoreScheduler* core, CoreBlock* block, Thread* self, Thread* next)
    {
        ulong now = Instructions.ReadTimestamp();
        core->SliceEnd = now + s_sliceTicks;
        if (core->Queue.Count != 0) core->ArmForSlice();
        else if (core->IsOverloaded) SetOverloaded(core, false);
        if (self == next) return;

        ulong ran = now - self->SwitchedIn;
        self->RunTicks += ran;
        if (self->IsApplication) core->ApplicationTicks += ran;
        next->SwitchedIn = now;
        KernelThread.SwitchTo(block, self, next);
        FinishSwitch();
    }

    /// <summary>The first thing a thread does on a core: completes what the thread before it could not do itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void FinishSwitch()
    {
        CoreScheduler* core = CoreScheduler.Current;
        if (((nint)core->Dead | (nint)core->Leaving) != 0) ColdCall.Invoke(&FinishSwitch, core);
    }

    private static void FinishSwitch(void* of)
    {
        CoreScheduler* core = (CoreScheduler*)of;
        if (core->Dead != null)
        {
            Thread* dead = core->Dead;
            core->Dead = null;
            KernelThread.Recycle(dead);
        }
        if (core->Leaving != null)
        {
            Thread* leaving = core->Leaving;
            CoreBlock* target = core->LeavingTo;
            core->Leaving = null;
            Send(core, leaving, target);
        }
    }

    /// <summary>Whether some core has more threads than it can run. Unordered.</summary>
    internal static bool SomebodyIsOverloaded => Volatile.Read(ref s_overloaded) != 0;

    private static WakeReason TakeInterrupt(CoreBlock* core, Thread* self)
    {
        // Nobody else asks for it in time: who interrupts a thread that has not given its core away sends nothing, or something that is still on its way.
        // The call would return its internal error to the application.
        CoreWork.Request(core, CoreWork.Thread);

        // Somebody may have woken it for good before the signal came.
        int state = Interlocked.Exchange(ref self->Wake, WakeState.None);
        return state > WakeState.Parked ? (WakeReason)state : WakeReason.Interrupted;
    }

    // Returns at once if the thread has work of one of these kinds.
    private static WakeReason Park(int interrupting)
    {
        CoreBlock* block = CoreBlock.Current;
        Thread* self = block->Running;
        if ((Volatile.Read(ref self->Work) & interrupting) != 0) return TakeInterrupt(block, self);
        if (Interlocked.CompareExchange(ref self->Wake, WakeState.Parked, WakeState.Armed) == WakeState.Armed)
        {
            CoreScheduler* core = (CoreScheduler*)block->Scheduler;
            self->VoluntarySwitches++;
            Switch(core, block, self, Next(core));
        }
        else if (self->Wake == WakeState.Interrupted)
        {
            return TakeInterrupt(block, self);
        }
        int reason = self->Wake;
        Volatile.Write(ref self->Wake, WakeState.None);
        return (WakeReason)reason;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Wake(Thread* thread, int reason)
    {
        bool isWoken = Claim(thread, reason, out bool isParked);
        if (isParked) Deliver(thread, thread->Core);
        return isWoken;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Claim(Thread* thread, int reason, out bool isParked)
    {
        int state;
        do
        {
            state = Volatile.Read(ref thread->Wake);
            isParked = false;
            if (state is not (WakeState.Armed or WakeState.Parked)) return false;
        }
        while (Interlocked.CompareExchange(ref thread->Wake, reason, state) != state);
        isParked = state == WakeState.Parked;
        return true;
    }

    /// <summary>Takes over a thread that waits: nobody else wakes it, and it runs once it is delivered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryTakeParked(Thread* thread)
        => Interlocked.CompareExchange(ref thread->Wake, WakeState.Woken, WakeState.Parked) == WakeState.Parked;

    /// <summary>Puts a thread that is ready where its core finds it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Deliver(Thread* thread, CoreBlock* core)
    {
        CoreBlock* self = CoreBlock.Current;
        if (core == self)
        {
            Enqueue((CoreScheduler*)self->Scheduler, thread);
        }
        else if (core->Inbox.Push(thread))
        {
            LocalApic.Send(new ApicId(core->ApicId), Vector.Wake);
        }
    }

    private static void Enqueue(CoreScheduler* core, Thread* thread)
    {
        Thread* running = core->Core->Running;
        if (running == core->Idle || running == thread)
        {
            core->Queue.Add(thread);
        }
        else if (Cores.Count > 1 || thread->Priority != 0)
        {
            EnqueueOrSend(core, thread);
        }
        else
        {
            // The way of nearly all wake-ups on one core: no call, and nothing to keep over one.
            core->Queue.AddLast(thread);
            core->ArmForSlice();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EnqueueOrSend(CoreScheduler* core, Thread* thread)
    {
        if (Cores.Count > 1 && TrySendToSleeper(core, thread)) return;
        core->Queue.Add(thread);
        if (thread->Priority > core->Core->Running->Priority) CoreWork.Request(core->Core, CoreWork.Reschedule);
        core->ArmForSlice();
    }

    private static void TakeInbox(CoreScheduler* core)
    {
        Thread* newest = (Thread*)core->Core->Inbox.TakeAll();
        // They were pushed one before the other: the oldest is last.
        Thread* oldest = null;
        while (newest != null)
        {
            Thread* next = newest->Next;
            newest->Next = oldest;
            oldest = newest;
            newest = next;
        }
        while (oldest != null)
        {
            Thread* next = oldest->Next;
            Enqueue(core, oldest);
            oldest = next;
        }
        // A message may have been for the thread that runs.
        Thread* running = core->Core->Running;
        if (Volatile.Read(ref running->Work) != 0) CoreWork.Request(core->Core, CoreWork.Thread);
    }

    private static void SetOverloaded(CoreScheduler* core, bool value)
    {
        core->IsOverloaded = value;
        Interlocked.Add(ref s_overloaded, value ? 1 : -1);
    }

    /// <summary>Sends waiting threads to cores that sleep.</summary>
    private static void Relieve(CoreScheduler* core)
    {
        while (core->Queue.Count > 0 && core->Queue.First != core->Core->Running)
        {
            CoreBlock* sleeper = FindSleeper(core, core->Queue.First);
            if (sleeper == null) return;
            Send(core, core->Queue.Take(), sleeper);
        }
    }

    private static bool TrySendToSleeper(CoreScheduler* core, Thread* thread)
    {
        CoreBlock* sleeper = FindSleeper(core, thread);
        if (sleeper == null) return false;
        Send(core, thread, sleeper);
        return true;
    }

    private static CoreBlock* FindSleeper(CoreScheduler* core, Thread* thread)
    {
        int count = Cores.Count;
        int probes = Math.Min(count - 1, Probes);
        int index = core->NextProbe;
        for (int i = 0; i < probes; i++)
        {
            index = index + 1 >= count ? 0 : index + 1;
            CoreBlock* other = Cores.Block(index);
            if (other == null || other == core->Core || other->Scheduler == null) continue;
            if (other->Inbox.IsOwnerAsleep && thread->Affinity.Contains(index))
            {
                core->NextProbe = index;
                return other;
            }
        }
        core->NextProbe = index;
        return null;
    }

    private static void Send(CoreScheduler* from, Thread* thread, CoreBlock* target)
    {
        Interlocked.Decrement(ref from->Assigned);
        Interlocked.Increment(ref ((CoreScheduler*)target->Scheduler)->Assigned);
        thread->Core = target;
        RestartableSequence.Disturb(thread);
        Deliver(thread, target);
    }

    private static void GiveAway(CoreScheduler* core)
    {
        int index = Interlocked.Exchange(ref core->StealFor, 0) - 1;
        if (index < 0) return;
        Thread* thread = core->Queue.TakeFor(index, core->Core->Running);
        if (thread != null) Send(core, thread, Cores.Block(index));
    }

    private static void TimeOut(KernelTimer* timer) => Wake((Thread*)timer->Context, WakeState.TimedOut);
}
