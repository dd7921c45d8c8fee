namespace AzaleaOS.Files.Sockets;

/// <summary>Sockets in a listener's queue, oldest first. Guarded by the listener's lock.</summary>
internal unsafe struct SocketList
{
    private Socket* _first;
    private Socket* _last;

    /// <summary>How many there are.</summary>
    internal int Count { get; private set; }

    /// <summary>The oldest one, or null.</summary>
    internal readonly Socket* First => _first;

    /// <summary>Adds one at the end.</summary>
    internal void Add(Socket* socket)
    {
        socket->NextInList = null;
        if (_last == null)
        {
            _first = socket;
        }
        else
        {
            _last->NextInList = socket;
        }

        _last = socket;
        Count++;
    }

    /// <summary>Takes the oldest one off; null if there is none.</summary>
    internal Socket* TakeFirst()
    {
        Socket* socket = _first;
        if (socket != null)
        {
            _first = socket->NextInList;
            _last = _first == null ? null : _last;
            Count--;
        }

        return socket;
    }

    /// <summary>Takes one off.</summary>
    /// <returns>False if it was not in the list.</returns>
    internal bool Remove(Socket* socket)
    {
        Socket* before = null;
        for (Socket* at = _first; at != null; at = at->NextInList)
        {
            if (at != socket)
            {
                before = at;
                continue;
            }

            if (before == null)
            {
                _first = at->NextInList;
            }
            else
            {
                before->NextInList = at->NextInList;
            }

            _last = _last == at ? before : _last;
            Count--;
            return true;
        }

        return false;
    }
}
