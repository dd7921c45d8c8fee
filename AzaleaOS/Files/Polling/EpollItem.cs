using AzaleaOS.Threads;

namespace AzaleaOS.Files.Polling;

/// <summary>An open file that an epoll descriptor watches.</summary>
/// <remarks>
/// <see cref="Events"/>, <see cref="Data"/> and the links of the epoll descriptor are guarded by its mutex, the links
/// of the ready list by its spin lock, the links of the file by a lock for all (<see cref="EventPoll"/>).
/// </remarks>
internal unsafe struct EpollItem
{
    /// <summary>In the file's wait queue.</summary>
    internal WaitNode Node;

    /// <summary>Whose it is.</summary>
    internal EventPoll* Poll;

    /// <summary>The open file. The item does not keep it open.</summary>
    internal OpenFile* File;

    /// <summary>The descriptor under which it was added.</summary>
    internal int Descriptor;

    /// <summary>What is waited for, and how. Read by wake-ups without a lock.</summary>
    internal uint Events;

    /// <summary>What the program is told.</summary>
    internal ulong Data;

    /// <summary>It is in the ready list.</summary>
    internal bool IsReady;

    /// <summary>The next one in the same bucket of the table.</summary>
    internal EpollItem* NextInBucket;

    /// <summary>Neighbours among all items of the epoll descriptor.</summary>
    internal EpollItem* Next;

    /// <summary>Neighbours among all items of the epoll descriptor.</summary>
    internal EpollItem* Previous;

    /// <summary>Neighbours in the ready list.</summary>
    internal EpollItem* NextReady;

    /// <summary>Neighbours in the ready list.</summary>
    internal EpollItem* PreviousReady;

    /// <summary>Neighbours among the items of the file, of all epoll descriptors.</summary>
    internal EpollItem* NextOfFile;

    /// <summary>Neighbours among the items of the file, of all epoll descriptors.</summary>
    internal EpollItem* PreviousOfFile;
}
