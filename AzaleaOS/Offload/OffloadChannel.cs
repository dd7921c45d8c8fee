using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;
using AzaleaOS.Threads;
using Thread = AzaleaOS.Threads.Thread;

namespace AzaleaOS.Offload;

/// <summary>The channel to the Linux peer: requests go out on the queue of the core that makes them, and come back in any order.</summary>
/// <remarks>
/// A thread builds its request in a slot of its core's queue, looks for the answer for a short while, and then gives its core away. The
/// core of the queue takes answers: when somebody looks there, or when the device's interrupt has asked for it. It wakes the
/// thread wherever that has gone meanwhile. Cores share nothing on this path but what tells whether memory changes
/// (<see cref="BufferGuard"/>), which is read. A peer that breaks the rules, whose device wants a reset, or that does not answer a PING for
/// <see cref="PatienceSeconds"/> is given up: the device is reset, so that it touches no memory any more, and every call gets -EIO.
/// </remarks>
internal static unsafe class OffloadChannel
{
    /// <summary>How long a peer may take to answer a PING.</summary>
    internal const int PatienceSeconds = 20;

    private const int Up = 1;
    private const int Broken = 2;
    private const VirtioFeatures Wanted = VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors;
    private const long LookAgain = Clock.Second;
    private const long CancelAgain = Clock.Second / 500;
    private const long ShortSleep = Clock.Second / 20_000;
    private const long HelloPatience = 10 * Clock.Second;

    private static VirtioPciDevice s_device;
    private static CoreQueue** s_queues;
    private static RequestSlot* s_event;
    private static ulong s_maxSpin;
    private static int s_state;
    private static bool s_passesOn;
    private static long s_copied;
    private static uint s_lastPart = RequestSlot.OffsetOfPart(RequestSlot.MaxParts - 1);
    private static delegate*<void> s_otherInput;

    /// <summary>What the peer can do for the application.</summary>
    internal static ChannelFeatures Features { get; private set; }

    /// <summary>There is a peer, or there was one until it was given up.</summary>
    internal static bool IsThere => s_state != 0;

    /// <summary>The peer was not given up.</summary>
    internal static bool IsUp => Volatile.Read(ref s_state) == Up;

    /// <summary>Where in a slot the last part lies that a request may have, by what the peer takes.</summary>
    internal static uint LastPart
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => s_lastPart;
    }

    /// <summary>Sends a signal to the application. Set by whoever starts it.</summary>
    internal static delegate*<int, void> SendSignal { get; set; }

    /// <summary>Finds the device and agrees with the peer. On the boot core, before the application's first thread.</summary>
    /// <param name="pollMicroseconds">How long a thread looks for an answer before it gives its core away, at most.</param>
    /// <returns>False after a message, if there is a device but no way to use it.</returns>
    internal static bool Start(int pollMicroseconds)
    {
        if (!VirtioPciDevice.TryFind(ChannelProtocol.Tag, out s_device))
        {
            return true;
        }

        if (!s_device.TryNegotiate(Wanted))
        {
            return Refuse("it is no modern device with event indices and indirect descriptors"u8);
        }

        if (s_device.QueueCount < 1 + Cores.Count)
        {
            return Refuse("it has too few queues: give it one for each core (num-request-queues)"u8);
        }

        s_queues = (CoreQueue**)KernelPages.Take();
        if (s_queues == null || Cores.Count > ChannelProtocol.MaxCores || !BufferGuard.Initialize())
        {
            return Refuse("there are too many cores, or too little memory"u8);
        }

        s_device.EnableMessages();
        s_maxSpin = Clock.ToCounter(pollMicroseconds * Clock.Second / 1_000_000) - Clock.ToCounter(0);
        for (int number = 0; number <= Cores.Count; number++)
        {
            int interrupted = number == 0 ? 0 : InterruptRoute.TargetOf(number - 1, &Cores.ApicIdOf);
            s_passesOn |= number != 0 && interrupted != number - 1;
            uint target = Cores.ApicIdOf(interrupted);
            CoreQueue* queue = CoreQueue.Create(number, out ulong descriptors, out ulong available, out ulong used);
            if (queue == null || target > InterruptRoute.HighestTarget
                || !s_device.TryAddQueue(number, CoreQueue.Size, descriptors, available, used, new ApicId(target), Vector.Doorbell, out queue->Doorbell))
            {
                return Refuse("a queue or its interrupt cannot be set up"u8);
            }

            queue->InterruptedCore = interrupted;
            s_queues[number] = queue;
        }

        s_device.Run();
        s_state = Up;
        return Greet();
    }

    /// <summary>Takes over the core's input interrupt, and asks the peer for signals. Before the application's first thread runs.</summary>
    internal static void Listen()
    {
        s_otherInput = Scheduler.TakeInput;
        Scheduler.TakeInput = &TakeAnswers;
        WaitForEvent();
    }

    /// <summary>Begins a request on this core's queue. Until <see cref="Finish"/> the caller must not block.</summary>
    /// <param name="operation">A system call's number, or a <see cref="ChannelOperation"/>.</param>
    /// <returns>Null if the peer was given up.</returns>
    internal static RequestSlot* Begin(int operation)
    {
        CoreBlock* core = CoreBlock.Current;
        if (s_state == Up)
        {
            CoreQueue* queue = s_queues[(uint)core->Index + 1];
            RequestSlot* slot = queue->Take();
            if (slot != null)
            {
                Thread* thread = core->Running;
                Prepare(queue, slot, operation, thread, (uint)thread->Id);
                return slot;
            }
        }

        return BeginLater(operation);
    }

    /// <summary>Gives up a request that was begun.</summary>
    internal static void Abandon(RequestSlot* slot) => slot->Queue->Give(slot, IsHere(slot->Queue));

    /// <summary>Sends a request, waits for its answer, and gives the slot back.</summary>
    /// <param name="slot">The request.</param>
    /// <param name="interruptible">Whether a signal ends the wait: the peer is asked to give up, and answers -EINTR if it had not done it yet.</param>
    /// <returns>What the peer answers; -EIO if it was given up; -ERESTARTNOINTR if it ended for another reason than a signal: begin again.</returns>
    internal static long Finish(RequestSlot* slot, bool interruptible)
    {
        CoreQueue* queue = slot->Queue;
        Publish(slot);
        if (!Spin(queue, slot))
        {
            return FinishLater(slot, interruptible);
        }

        // The thread has not left its core meanwhile.
        long result = slot->Result;
        queue->Give(slot, isHere: true);
        return Accept(result, isCancelled: false);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long FinishLater(RequestSlot* slot, bool interruptible)
    {
        bool isCancelled = false;
        if (!TryWait(slot, interruptible, ref isCancelled))
        {
            // The slot stays where it is: it is never used again.
            return -Errno.EIO;
        }

        long result = slot->Result;
        slot->Queue->Give(slot, IsHere(slot->Queue));
        return Accept(result, isCancelled);
    }

    // What Linux never answers is an error; -EINTR without a signal means that the call's memory is to change, or that the peer stops its queue.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Accept(long result, bool isCancelled)
        => (ulong)result <= long.MaxValue - 4096 ? result
            : result is < -4095 or > 0 ? -Errno.EIO
            : result == -Errno.EINTR && !isCancelled ? -Errno.ERESTARTNOINTR : result;

    /// <summary>Gives the core away until the answer is there.</summary>
    /// <returns>False if the peer was given up.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryWait(RequestSlot* slot, bool interruptible, ref bool isCancelled)
    {
        CoreQueue* queue = slot->Queue;
        while (Volatile.Read(ref slot->State) != RequestSlot.Done)
        {
            Scheduler.Arm();
            if (Volatile.Read(ref slot->State) == RequestSlot.Done)
            {
                Scheduler.Disarm();
                break;
            }

            if (IsHere(queue))
            {
                TakeAndListen(queue);
            }

            long deadline = Clock.Monotonic() + (isCancelled ? CancelAgain : LookAgain);
            WakeReason reason = interruptible && !isCancelled ? Scheduler.Block(deadline) : BlockThrough(deadline);
            int state = Volatile.Read(ref slot->State);
            if (state >= RequestSlot.Answered)
            {
                continue;
            }

            if (reason == WakeReason.Interrupted || isCancelled)
            {
                isCancelled = true;
                Cancel(slot->Request.Sequence);
            }

            if (reason != WakeReason.Woken && !IsAlive())
            {
                return false;
            }
        }

        return true;
    }

    // As many requests as there can be are in flight: an answer frees one. Or the peer was given up.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RequestSlot* BeginLater(int operation)
    {
        RequestSlot* slot = null;
        while (Volatile.Read(ref s_state) == Up && slot == null)
        {
            CoreQueue* queue = s_queues[CoreBlock.Current->Index + 1];
            Take(queue);
            Sleep();
            slot = s_queues[CoreBlock.Current->Index + 1]->Take();
        }

        if (slot != null)
        {
            Prepare(slot->Queue, slot, operation, Scheduler.Current, (uint)Scheduler.Current->Id);
        }

        return slot;
    }

    /// <summary>Makes a call before there are threads: with two numbers and perhaps a text.</summary>
    /// <returns>Its result, or -EIO, -ETIMEDOUT.</returns>
    internal static long CallEarly(int operation, long first, long second, byte* text, int length)
    {
        RequestSlot* slot = s_state == Up ? Begin(s_queues[0], operation) : null;
        if (slot == null)
        {
            return -Errno.EIO;
        }

        slot->Request.Arguments[0] = first;
        slot->Request.Arguments[1] = second;
        return text == null || Requests.AddKernel(slot, text, (ulong)length, writable: false) ? Poll(slot) : -Errno.E2BIG;
    }

    /// <summary>Tells the peer how the application ended, and waits until it knows.</summary>
    /// <param name="status">As wait4 gives it.</param>
    internal static void Exit(int status)
    {
        RequestSlot* slot = s_state == Up ? Begin(s_queues[0], (int)ChannelOperation.Exit) : null;
        if (slot != null)
        {
            slot->Request.Arguments[0] = status;
            slot->Request.Arguments[1] = Volatile.Read(ref s_copied);
            Poll(slot);
        }
    }

    /// <summary>Counts data that went through memory of the kernel on its way between the application and the peer.</summary>
    internal static void AddCopied(long bytes) => Interlocked.Add(ref s_copied, bytes);

    /// <summary>Interrupts a request if it waits at the peer.</summary>
    internal static void Cancel(ulong sequence) => Detach((int)ChannelOperation.Cancel, (long)sequence);

    /// <summary>Called with what a request of <see cref="Send"/> was made for, and its result. On any core, and never to wait.</summary>
    internal static delegate*<void*, long, void> Told { get; set; }

    /// <summary>Sends a request that was begun, and does not wait for its answer: <see cref="Told"/> hears of it, or that the peer was given up.</summary>
    /// <param name="slot">The request.</param>
    /// <param name="context">What it is made for.</param>
    internal static void Send(RequestSlot* slot, void* context)
    {
        CoreQueue* queue = slot->Queue;
        slot->IsDetached = 2;
        slot->Thread = (Thread*)context;
        Publish(slot);
        queue->Told++;

        // Who gives the peer up looks for such requests afterwards: one of the two sees the other.
        Interlocked.MemoryBarrier();
        if (!IsUp)
        {
            Fail(slot);
            return;
        }

        if (!queue->IsBeating)
        {
            queue->IsBeating = true;
            KernelTimer.Prepare(&queue->Heart, &Beat, queue);
            Timers.Start(&queue->Heart, Clock.Monotonic() + LookAgain);
        }

        TakeAndListen(queue);
    }

    /// <summary>Lets others run for a moment.</summary>
    internal static void Sleep()
    {
        Scheduler.Arm();
        BlockThrough(Clock.Monotonic() + ShortSleep);
    }

    /// <summary>The queue with a number, for those who look at all requests; null if there is none.</summary>
    internal static CoreQueue* Queue(int number) => s_state == Up && number <= Cores.Count ? s_queues[number] : null;

    private static bool Refuse(ReadOnlySpan<byte> reason)
    {
        s_device.Reset();
        s_state = 0;
        Log.Error($"the offload channel cannot be used: {reason}");
        return false;
    }

    private static bool Greet()
    {
        RequestSlot* slot = Begin(s_queues[0], (int)ChannelOperation.Hello);
        HelloRequest* request = (HelloRequest*)slot->Inline;
        HelloResponse* response = (HelloResponse*)(slot->Inline + HelloRequest.Bytes);
        *request = new HelloRequest
        {
            Magic = ChannelProtocol.Magic,
            OldestVersion = ChannelProtocol.Version,
            NewestVersion = ChannelProtocol.Version,
            Features = ChannelFeatures.StandardStreams | ChannelFeatures.FileTree | ChannelFeatures.KernelPlaces,
            Cores = (uint)Cores.Count,
        };
        Requests.AddKernel(slot, request, HelloRequest.Bytes, writable: false);
        Requests.AddKernel(slot, response, HelloResponse.Bytes, writable: true);
        HelloResponse answer = default;
        long result = Poll(slot, &answer, response);
        if (result != 0 || answer.Magic != ChannelProtocol.Magic || answer.Version != ChannelProtocol.Version || answer.MaxSegments < 4)
        {
            return Refuse(result == -Errno.ETIMEDOUT ? "the peer does not answer"u8 : "the peer speaks another version"u8);
        }

        Features = answer.Features;
        s_lastPart = RequestSlot.OffsetOfPart((int)Math.Min(RequestSlot.MaxParts, answer.MaxSegments) - 1);
        return true;
    }

    private static RequestSlot* Begin(CoreQueue* queue, int operation)
    {
        RequestSlot* slot = queue->Take();
        if (slot != null)
        {
            Prepare(queue, slot, operation, null, 0);
        }

        return slot;
    }

    // For the thread that waits for the answer, or null.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prepare(CoreQueue* queue, RequestSlot* slot, int operation, Thread* thread, uint threadId)
    {
        Volatile.Write(ref slot->State, RequestSlot.Building);
        slot->IsDetached = 0;
        slot->Thread = thread;
        slot->Request.Operation = (ushort)operation;
        slot->Request.Flags = RequestFlags.None;
        slot->Request.Thread = threadId;
        slot->Request.Sequence = ++queue->Count;
        long* arguments = slot->Request.Arguments;
        arguments[0] = arguments[1] = arguments[2] = arguments[3] = arguments[4] = arguments[5] = 0;
        slot->Last = &slot->FirstPart;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Publish(RequestSlot* slot)
    {
        CoreQueue* queue = slot->Queue;
        Requests.AddAnswer(slot);
        PartList.End(slot->Last);
        Volatile.Write(ref slot->State, RequestSlot.InFlight);
        queue->InFlight++;
        if (queue->Ring.Publish(slot->Index))
        {
            Volatile.Write(ref *queue->Doorbell, (ushort)queue->Number);
        }
    }

    // For one request that nobody waits for.
    private static void Detach(int operation, long argument)
    {
        RequestSlot* slot = Volatile.Read(ref s_state) == Up ? Begin(s_queues[CoreBlock.Current->Index + 1], operation) : null;
        if (slot != null)
        {
            slot->IsDetached = 1;
            slot->Request.Arguments[0] = argument;
            Publish(slot);
            TakeAndListen(slot->Queue);
        }
    }

    // Without a scheduler, or at the end of everything.
    private static long Poll(RequestSlot* slot, HelloResponse* answer = null, HelloResponse* from = null)
    {
        CoreQueue* queue = slot->Queue;
        Publish(slot);
        long end = Clock.Monotonic() + HelloPatience;
        while (Volatile.Read(ref slot->State) != RequestSlot.Done)
        {
            if (Clock.Monotonic() > end || s_state != Up)
            {
                return -Errno.ETIMEDOUT;
            }

            Take(queue);
            Instructions.Pause();
        }

        if (answer != null)
        {
            *answer = *from;
        }

        long result = slot->Result;
        queue->Give(slot, isHere: true);
        return result;
    }

    // As long as it pays: half as long after each time that it did not, a little longer after each that it did.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Spin(CoreQueue* queue, RequestSlot* slot)
    {
        CoreBlock* core = CoreBlock.Current;
        ulong limit = queue->SpinTicks;
        if (limit == 0)
        {
            // From time to time it is tried again.
            limit = s_maxSpin / 8;
            if (limit == 0 || (queue->Count & 63) != 0)
            {
                return false;
            }
        }

        if (((CoreScheduler*)core->Scheduler)->Queue.Count != 0)
        {
            return false;
        }

        ulong start = 0;
        ulong now;
        do
        {
            Instructions.Pause();
            if (TryTakeOwn(queue, slot))
            {
                if (limit != s_maxSpin)
                {
                    queue->SpinTicks = Math.Min(s_maxSpin, limit + (limit / 8) + 1);
                }

                if (queue->InFlight != 0)
                {
                    TakeAndListen(queue);
                }

                return true;
            }

            now = Instructions.ReadTimestamp();
            start = start == 0 ? now : start;
        }
        while (core->Work == 0 && now - start < limit);

        queue->SpinTicks = limit / 2 < s_maxSpin / 64 ? 0 : limit / 2;
        return false;
    }

    // The device has interrupted: answers of this core, and on the first core the peer's signals.
    private static void TakeAnswers()
    {
        if (s_state == Up)
        {
            int index = CoreBlock.Current->Index;
            TakeAndListen(s_queues[index + 1]);
            if (s_passesOn)
            {
                PassOn(index);
            }

            if (index == 0)
            {
                TakeAndListen(s_queues[0]);
                TakeEvent();
            }
        }

        if (s_otherInput != null)
        {
            s_otherInput();
        }
    }

    // What the device could not tell those cores itself. One that has looked meanwhile has nothing to take.
    private static void PassOn(int index)
    {
        for (int core = 0; core < Cores.Count; core++)
        {
            CoreQueue* queue = s_queues[core + 1];
            if (core != index && queue->InterruptedCore == index && queue->Ring.HasUsed)
            {
                LocalApic.Send(new ApicId(Cores.ApicIdOf(core)), Vector.Doorbell);
            }
        }
    }

    private static void TakeAndListen(CoreQueue* queue)
    {
        do
        {
            Take(queue);
        }
        while (queue->InFlight != 0 && queue->Ring.EnableInterrupts());
    }

    // By the thread that waits for it. Answers to others are taken as well.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryTakeOwn(CoreQueue* queue, RequestSlot* slot)
    {
        if (!queue->Ring.TryTake(out VirtqUsedElement element))
        {
            return false;
        }

        // What is checked of every answer, without looking for its slot; this one is in flight.
        if (element.Head == (uint)slot->Index && element.Length >= ResponseHeader.Bytes && slot->Response.Sequence == (uint)slot->Request.Sequence)
        {
            queue->InFlight--;
            slot->Result = slot->Response.Result;
            return true;
        }

        Complete(queue, element);
        Take(queue);
        return Volatile.Read(ref slot->State) == RequestSlot.Done;
    }

    private static void Take(CoreQueue* queue)
    {
        while (queue->Ring.TryTake(out VirtqUsedElement element) && Complete(queue, element))
        {
        }
    }

    // Of what the device writes nothing is believed.
    private static bool IsAnswer(RequestSlot* slot, VirtqUsedElement element)
        => element.Head < CoreQueue.Size && element.Length >= ResponseHeader.Bytes && slot->State == RequestSlot.InFlight
            && slot->Response.Sequence == (uint)slot->Request.Sequence;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Complete(CoreQueue* queue, VirtqUsedElement element)
    {
        RequestSlot* slot = queue->Slot((int)element.Head & (CoreQueue.Size - 1));
        if (!IsAnswer(slot, element))
        {
            GiveUp("it answered what was not asked"u8);
            return false;
        }

        queue->InFlight--;
        slot->Result = slot->Response.Result;
        if (slot->IsDetached != 0)
        {
            if (slot == queue->Ping)
            {
                queue->Ping = null;
            }

            if (slot->IsDetached == 2)
            {
                queue->Told--;
                if (Interlocked.CompareExchange(ref slot->State, RequestSlot.Answered, RequestSlot.InFlight) != RequestSlot.InFlight)
                {
                    // Another core has given the peer up meanwhile, and told it.
                    return false;
                }
            }

            void* context = slot->IsDetached == 2 ? slot->Thread : null;
            long result = slot->Result;
            queue->Give(slot, isHere: true);
            if (context != null)
            {
                Told(context, result);
            }

            return true;
        }

        // Between the two states the thread does not go on, so that a late wake-up cannot hit its next wait.
        Thread* thread = slot->Thread;
        Volatile.Write(ref slot->State, RequestSlot.Answered);
        if (thread != null)
        {
            Scheduler.Wake(thread);
        }

        Volatile.Write(ref slot->State, RequestSlot.Done);
        return true;
    }

    private static void WaitForEvent()
    {
        s_event = Begin(s_queues[0], (int)ChannelOperation.WaitEvent);
        if (s_event != null)
        {
            Publish(s_event);
            TakeAndListen(s_queues[0]);
        }
    }

    private static void TakeEvent()
    {
        const int LastSignal = 64;
        while (s_event != null && Volatile.Read(ref s_event->State) == RequestSlot.Done)
        {
            long signal = s_event->Result;
            s_queues[0]->Give(s_event, isHere: true);
            s_event = null;
            if (signal is > 0 and <= LastSignal)
            {
                SendSignal((int)signal);
                WaitForEvent();
            }
        }
    }

    // Whoever waits long looks from time to time whether there is still somebody to wait for.
    private static bool IsAlive()
    {
        if (Volatile.Read(ref s_state) != Up)
        {
            return false;
        }

        CoreQueue* queue = s_queues[CoreBlock.Current->Index + 1];
        TakeAndListen(queue);
        if (s_device.IsBroken)
        {
            GiveUp("its device wants a reset"u8);
        }
        else if (queue->Ping == null)
        {
            queue->Ping = Begin(queue, (int)ChannelOperation.Ping);
            queue->PingTime = Clock.Monotonic();
            if (queue->Ping != null)
            {
                queue->Ping->IsDetached = 1;
                Publish(queue->Ping);
                TakeAndListen(queue);
            }
        }
        else if (Clock.Monotonic() - queue->PingTime > PatienceSeconds * Clock.Second)
        {
            GiveUp("it does not answer"u8);
        }

        return Volatile.Read(ref s_state) == Up;
    }

    private static void GiveUp(ReadOnlySpan<byte> reason)
    {
        if (Interlocked.Exchange(ref s_state, Broken) == Up)
        {
            s_device.Reset();
            Log.Error($"the offload peer is given up: {reason}; file system calls get EIO");
            for (int number = 0; number <= Cores.Count; number++)
            {
                for (int i = 0; i < CoreQueue.Size; i++)
                {
                    Fail(s_queues[number]->Slot(i));
                }
            }
        }
    }

    // If it is a request that somebody is told of. The slot is never used again.
    private static void Fail(RequestSlot* slot)
    {
        if (Interlocked.CompareExchange(ref slot->State, RequestSlot.Answered, RequestSlot.InFlight) != RequestSlot.InFlight)
        {
            return;
        }

        if (slot->IsDetached == 2)
        {
            Told(slot->Thread, -Errno.EIO);
        }
        else
        {
            Volatile.Write(ref slot->State, RequestSlot.InFlight);
        }
    }

    // While a core has requests that nobody waits for in a call, it looks itself whether there is still somebody to answer them.
    private static void Beat(KernelTimer* timer)
    {
        CoreQueue* queue = (CoreQueue*)timer->Context;
        queue->IsBeating = queue->Told != 0 && IsAlive();
        if (queue->IsBeating)
        {
            Timers.Start(timer, Clock.Monotonic() + LookAgain);
        }
    }

    private static bool IsHere(CoreQueue* queue) => queue->Number == CoreBlock.Current->Index + 1;

    private static WakeReason BlockThrough(long deadline)
    {
        KernelTimer timer;
        KernelTimer.Prepare(&timer, &WakeUp, Scheduler.Current);
        Timers.Start(&timer, deadline);
        Scheduler.BlockThrough();
        return Timers.Stop(&timer) ? WakeReason.Woken : WakeReason.TimedOut;
    }

    private static void WakeUp(KernelTimer* timer) => Scheduler.Wake((Thread*)timer->Context);
}
