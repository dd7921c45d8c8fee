namespace AzaleaOS.Build.Launching;

/// <summary>Holds an emulator's messages back until the guest has begun to run.</summary>
internal sealed class EarlyMessages(Action<string> next)
{
    private readonly Lock _lock = new();
    private readonly List<string> _held = [];
    private bool _released;

    /// <summary>The oldest message that is still held, or null.</summary>
    internal string? First
    {
        get
        {
            lock (_lock)
                return _held.Count > 0 ? _held[0] : null;
        }
    }

    /// <summary>Takes one message: held, or passed on after <see cref="Release"/>.</summary>
    internal void Add(string line)
    {
        lock (_lock)
        {
            if (_released)
                next(line);
            else
                _held.Add(line);
        }
    }

    /// <summary>Passes on what is held, and from now on all that comes.</summary>
    internal void Release()
    {
        lock (_lock)
        {
            if (_released)
                return;
            _released = true;
            _held.ForEach(next);
            _held.Clear();
        }
    }
}
