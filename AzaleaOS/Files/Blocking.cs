using AzaleaOS.Threads;

namespace AzaleaOS.Files;

/// <summary>Waiting for something that a mutex guards.</summary>
internal static unsafe class Blocking
{
    /// <summary>Waits in a queue. The mutex is given up meanwhile and held again afterwards.</summary>
    /// <param name="queue">Woken by whoever changes what is waited for, after it changed it under the mutex.</param>
    /// <param name="held">Held since the condition was looked at.</param>
    /// <param name="deadline">Monotonic nanoseconds, or <see cref="Scheduler.Never"/>.</param>
    internal static WakeReason Wait(WaitQueue* queue, Mutex* held, long deadline)
    {
        WaitNode node;
        WaitNode.Init(&node, Scheduler.Current);
        queue->Add(&node);
        Scheduler.Arm();
        held->Exit();
        WakeReason reason = Scheduler.Block(deadline);
        bool wasChosen = !queue->Remove(&node);
        if (wasChosen && reason != WakeReason.Woken)
        {
            // It was woken in somebody's stead and will not use it.
            queue->WakeOne();
        }

        held->Enter();
        return reason;
    }

    /// <summary>Adds a node of somebody who polls, if there is one and it is not there yet.</summary>
    internal static void Watch(WaitQueue* watchers, WaitNode* node)
    {
        if (node != null && node->Queue == null)
        {
            watchers->Add(node);
        }
    }

    /// <summary>Tells those who poll. Called when the mutex was given up, which makes the change visible before this looks.</summary>
    internal static void Tell(WaitQueue* watchers, uint events)
    {
        if (!watchers->IsEmpty)
        {
            watchers->Wake(events);
        }
    }

    /// <summary>Wakes one of those who wait, under the same condition.</summary>
    internal static void TellOne(WaitQueue* waiters)
    {
        if (!waiters->IsEmpty)
        {
            waiters->WakeOne();
        }
    }
}
