namespace AzaleaOS.Threads;

/// <summary>One place in a <see cref="WaitQueue"/>. Lies on the stack of the thread that waits, or in whatever passes wake-ups on.</summary>
/// <remarks>Links are written under the queue's lock, all else before the node is added.</remarks>
internal unsafe struct WaitNode
{
    /// <summary>Who is woken.</summary>
    internal Thread* Thread;

    /// <summary>The queue it is in; null while it is in none.</summary>
    internal WaitQueue* Queue;

    /// <summary>Called under the queue's lock, with the node and what has happened: whether to wake <see cref="Thread"/>. Must not block.</summary>
    internal delegate*<WaitNode*, uint, bool> Notify;

    /// <summary>For whoever added the node.</summary>
    internal void* Context;

    /// <summary>For whoever added the node: what it waits for.</summary>
    internal uint Events;

    /// <summary>Neighbours in the queue.</summary>
    internal WaitNode* Next;

    /// <summary>Neighbours in the queue.</summary>
    internal WaitNode* Previous;

    /// <summary>Makes a node that wakes a thread.</summary>
    internal static void Init(WaitNode* node, Thread* thread)
    {
        *node = default;
        node->Thread = thread;
    }
}
