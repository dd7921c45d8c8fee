using AzaleaOS.Threads;

namespace AzaleaOS.Files.Polling;

/// <summary>A descriptor that poll or select waits for.</summary>
internal unsafe struct PollEntry
{
    /// <summary>In the file's wait queue, or in none.</summary>
    internal WaitNode Node;

    /// <summary>The open file; none for a descriptor that is not open.</summary>
    internal FileReference File;

    /// <summary>The next one.</summary>
    internal PollEntry* Next;

    /// <summary>For poll the place in its array, for select the descriptor.</summary>
    internal int Index;

    /// <summary>What is waited for.</summary>
    internal uint Wanted;

    /// <summary>What was found of it.</summary>
    internal uint Found;
}
