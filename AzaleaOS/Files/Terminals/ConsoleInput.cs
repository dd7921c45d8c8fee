using AzaleaOS.Threads;

namespace AzaleaOS.Files.Terminals;

/// <summary>Where a reader of the terminal, or of the launcher's standard input, gets its bytes.</summary>
/// <remarks>All fields under <see cref="ConsoleChannel.Lock"/>; the queue has its own.</remarks>
internal unsafe struct ConsoleInput
{
    /// <summary>What came, and how it is treated: for a pipe as it is.</summary>
    internal LineDiscipline Line;

    /// <summary>Those who wait for input, or for output to be let go on.</summary>
    internal WaitQueue Waiters;

    /// <summary>Nothing more will come.</summary>
    internal bool HasEnded;
}
