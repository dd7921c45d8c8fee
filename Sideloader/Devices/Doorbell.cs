using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Devices;

/// <summary>An eventfd that wakes the other side, and may be exchanged at any time.</summary>
internal sealed class Doorbell : IDisposable
{
    private const int None = -1;

    private readonly Lock _gate = new();
    private int _descriptor = None;

    /// <summary>Wakes the other side, if it wants that.</summary>
    internal void Signal()
    {
        // The lock keeps the descriptor's number from becoming somebody else's meanwhile.
        lock (_gate)
        {
            if (_descriptor != None)
                Libc.Signal(_descriptor);
        }
    }

    /// <summary>Takes over another eventfd, or none for a negative number, and closes the one before.</summary>
    internal void Replace(int descriptor)
    {
        lock (_gate)
        {
            if (_descriptor != None)
                LinuxException.ThrowIfFailed(Libc.Close(_descriptor), "close an eventfd");
            _descriptor = descriptor < 0 ? None : descriptor;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Replace(None);
}
