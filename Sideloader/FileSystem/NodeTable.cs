using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.FileSystem;

/// <summary>The files that the guest knows, each by an O_PATH descriptor and the number of look-ups that it has not forgotten.</summary>
internal sealed class NodeTable(DescriptorTable descriptors)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(ulong Device, ulong Inode), ulong> _numbers = [];
    private readonly Dictionary<ulong, Node> _nodes = [];

    /// <summary>Counts one look-up of a file.</summary>
    /// <param name="descriptor">An O_PATH descriptor of it, which is taken over.</param>
    /// <param name="device">Its file system.</param>
    /// <param name="inode">Its number there. The descriptor keeps it from being used again.</param>
    /// <returns>The node's number.</returns>
    internal ulong Enter(int descriptor, ulong device, ulong inode)
    {
        lock (_gate)
        {
            if (_numbers.TryGetValue((device, inode), out ulong number))
            {
                _ = Libc.Close(descriptor);
                _nodes[number] = _nodes[number] with { Lookups = _nodes[number].Lookups + 1 };
                return number;
            }

            number = descriptors.Add(descriptor);
            _numbers.Add((device, inode), number);
            _nodes.Add(number, new Node(device, inode, 1));
            return number;
        }
    }

    /// <summary>Takes look-ups back; with the last one the node goes.</summary>
    internal void Forget(ulong number, ulong lookups)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(number, out Node node))
                return;
            if (lookups < node.Lookups)
            {
                _nodes[number] = node with { Lookups = node.Lookups - lookups };
                return;
            }

            _nodes.Remove(number);
            _numbers.Remove((node.Device, node.Inode));
            descriptors.Remove(number);
        }
    }

    /// <summary>Forgets all.</summary>
    internal void Clear()
    {
        lock (_gate)
        {
            _nodes.Clear();
            _numbers.Clear();
            descriptors.Clear();
        }
    }

    private readonly record struct Node(ulong Device, ulong Inode, ulong Lookups);
}
