using System.Runtime.InteropServices;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Devices;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.VhostUser;

/// <summary>The back end's side of the vhost-user protocol, for one front end.</summary>
/// <remarks>
/// The front end, the hypervisor's process, is trusted with this process's life: it owns the memory. The guest behind it is
/// not. Not offered: inflight buffers, migration, requests of the back end. Source: QEMU, docs/interop/vhost-user.rst.
/// </remarks>
internal sealed class VhostUserSession : IDisposable
{
    private const ulong NoDescriptor = 1 << 8;
    private const int MaxTableRegions = 8;
    private const ulong Failed = 1;

    private readonly IVirtioDevice _device;
    private readonly VhostUserOptions _options;
    private readonly VhostUserQueue[] _queues;
    private readonly MemoryTable _table = new();
    private readonly VhostUserMessage _message = new();
    private readonly int _socket;
    private readonly VirtioFeatures _offered;
    private readonly VhostUserProtocolFeatures _protocolOffered;
    private VirtioFeatures _features;
    private VhostUserProtocolFeatures _protocol;

    /// <summary>A session on a connected socket, which stays the caller's.</summary>
    internal VhostUserSession(int socket, IVirtioDevice device, VhostUserOptions options)
    {
        (_socket, _device, _options) = (socket, device, options);
        _queues = [.. Enumerable.Range(0, device.QueueCount).Select(index => new VhostUserQueue(index, device, options))];
        _offered = device.Features | VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors | VirtioFeatures.VhostUserProtocol;
        _protocolOffered = VhostUserProtocolFeatures.MultipleQueues | VhostUserProtocolFeatures.ReplyAcknowledge | VhostUserProtocolFeatures.MemorySlots
            | (options.OffersConfiguration ? VhostUserProtocolFeatures.Configuration : VhostUserProtocolFeatures.None);
    }

    /// <summary>Serves until the front end hangs up.</summary>
    /// <exception cref="VhostUserException">It broke the protocol.</exception>
    /// <exception cref="LinuxException">Linux refused something that the front end does not wait to hear of.</exception>
    internal void Run()
    {
        while (_message.Receive(_socket))
        {
            bool acknowledge = _message.NeedsReply && (_protocol & VhostUserProtocolFeatures.ReplyAcknowledge) != 0;
            bool answered;
            try
            {
                answered = Execute();
                // Who starts a queue must have told where it is; regions that come and go later only interrupt it.
                bool starts = _message.Request is VhostUserRequest.SetVringAddr or VhostUserRequest.SetVringKick or VhostUserRequest.SetVringEnable;
                foreach (VhostUserQueue queue in _queues)
                    queue.Update(_table.Memory, _features, starts);
            }
            catch (Exception e) when (acknowledge && e is IOException or ArgumentException)
            {
                _options.Log($"{_message.Request}: {e.Message}");
                Reply(Failed);
                continue;
            }
            catch (ArgumentException e)
            {
                throw new VhostUserException($"{_message.Request}: {e.Message}");
            }

            if (acknowledge && !answered)
                Reply(0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (VhostUserQueue queue in _queues)
            queue.Dispose();
        _table.Dispose();
        _message.Dispose();
    }

    /// <returns>Whether the request has an answer of its own, which was sent.</returns>
    private bool Execute()
    {
        switch (_message.Request)
        {
            case VhostUserRequest.GetFeatures:
                return Reply((ulong)_offered);
            case VhostUserRequest.SetFeatures:
                SetFeatures((VirtioFeatures)_message.Read<ulong>());
                return false;
            case VhostUserRequest.GetProtocolFeatures:
                return Reply((ulong)_protocolOffered);
            case VhostUserRequest.SetProtocolFeatures:
                SetProtocolFeatures((VhostUserProtocolFeatures)_message.Read<ulong>());
                return false;
            case VhostUserRequest.SetOwner:
                return false;
            case VhostUserRequest.ResetOwner:
                StopQueues();
                return false;
            case VhostUserRequest.GetQueueNum:
                return Reply((ulong)_queues.Length);
            case VhostUserRequest.GetConfig:
                ReplyConfiguration();
                return true;
            case VhostUserRequest.GetMaxMemSlots:
                return Reply(MemoryTable.MaxRegions);
            case VhostUserRequest.SetMemTable:
                SetMemoryTable();
                return false;
            case VhostUserRequest.AddMemReg:
                StopQueues();
                AddRegion(_message.Read<MemoryRegion>(sizeof(ulong)), 0);
                return false;
            case VhostUserRequest.RemMemReg:
                StopQueues();
                _table.Remove(_message.Read<MemoryRegion>(sizeof(ulong)));
                return false;
            default:
                return ExecuteForQueue();
        }
    }

    private bool ExecuteForQueue()
    {
        switch (_message.Request)
        {
            case VhostUserRequest.SetVringNum:
                (VhostUserQueue queue, uint value) = ReadState();
                queue.SetSize(value);
                return false;
            case VhostUserRequest.SetVringBase:
                (queue, value) = ReadState();
                queue.SetBase((ushort)value);
                return false;
            case VhostUserRequest.GetVringBase:
                (queue, _) = ReadState();
                var state = new VringState { Index = _message.Read<VringState>().Index, Value = queue.StopAtBase() };
                _message.Reply(_socket, MemoryMarshal.AsBytes(new ReadOnlySpan<VringState>(in state)));
                return true;
            case VhostUserRequest.SetVringEnable:
                (queue, value) = ReadState();
                queue.Enabled = value <= 1 ? value == 1 : throw new VhostUserException($"a queue cannot be enabled by {value}");
                return false;
            case VhostUserRequest.SetVringAddr:
                VringAddresses addresses = _message.Read<VringAddresses>();
                Queue(addresses.Index).SetAddresses(addresses);
                return false;
            case VhostUserRequest.SetVringKick:
                (queue, int descriptor) = ReadDescriptor();
                queue.SetKick(descriptor >= 0 ? descriptor : throw new VhostUserException("a queue without a kick descriptor: polling is not offered"));
                return false;
            case VhostUserRequest.SetVringCall:
                (queue, descriptor) = ReadDescriptor();
                queue.Call.Replace(descriptor);
                return false;
            case VhostUserRequest.SetVringErr:
                (queue, descriptor) = ReadDescriptor();
                queue.Error.Replace(descriptor);
                return false;
            default:
                throw new VhostUserException($"the request {(uint)_message.Request} is not known here");
        }
    }

    private void SetFeatures(VirtioFeatures features)
    {
        if ((features & ~_offered) != 0)
            throw new VhostUserException($"features 0x{(ulong)features:x} were not offered");

        // The front end first accepts the protocol's feature alone, then what the driver accepted.
        if (features != _features)
            StopQueues();
        _features = features;
        // Without the protocol's features there is no request that enables a queue: all are, from their start.
        if ((features & VirtioFeatures.VhostUserProtocol) == 0)
        {
            foreach (VhostUserQueue queue in _queues)
                queue.Enabled = true;
        }
    }

    private void SetProtocolFeatures(VhostUserProtocolFeatures features)
    {
        if ((features & ~_protocolOffered) != 0)
            throw new VhostUserException($"protocol features 0x{(ulong)features:x} were not offered");

        _protocol = features;
    }

    private void SetMemoryTable()
    {
        // nregions and padding, then the regions.
        uint count = _message.Read<uint>();
        if (count > MaxTableRegions || count != _message.DescriptorCount)
            throw new VhostUserException($"a memory table of {count} regions with {_message.DescriptorCount} descriptors");

        StopQueues();
        _table.Clear();
        for (int i = 0; i < count; i++)
            AddRegion(_message.Read<MemoryRegion>(sizeof(ulong) + i * MemoryRegion.Bytes), i);
    }

    private void AddRegion(MemoryRegion region, int index)
    {
        int descriptor = _message.TakeDescriptor(index);
        try
        {
            _table.Add(region, descriptor);
        }
        finally
        {
            LinuxException.ThrowIfFailed(Libc.Close(descriptor), "close a memory file");
        }
    }

    /// <summary>A worker uses the memory that it was started with: it starts anew with the next one.</summary>
    private void StopQueues()
    {
        foreach (VhostUserQueue queue in _queues)
            queue.Stop();
    }

    private void ReplyConfiguration()
    {
        // offset, size and flags, then the bytes.
        const int Header = 3 * sizeof(uint);
        (uint offset, uint size) = (_message.Read<uint>(), _message.Read<uint>(sizeof(uint)));
        ReadOnlySpan<byte> configuration = _device.Configuration;
        bool exists = _message.Payload.Length >= Header && size <= _message.Payload.Length - Header
            && offset <= configuration.Length && size <= configuration.Length - offset;
        if (exists)
            configuration.Slice((int)offset, (int)size).CopyTo(_message.Payload[Header..]);

        // An empty answer says that there is no such part.
        _message.Reply(_socket, exists ? _message.Payload : []);
    }

    private (VhostUserQueue Queue, uint Value) ReadState()
    {
        VringState state = _message.Read<VringState>();
        return (Queue(state.Index), state.Value);
    }

    /// <summary>The queue, and the descriptor that came for it or -1.</summary>
    private (VhostUserQueue Queue, int Descriptor) ReadDescriptor()
    {
        ulong value = _message.Read<ulong>();
        VhostUserQueue queue = Queue((uint)(value & 0xFF));
        return (queue, (value & NoDescriptor) != 0 ? -1 : _message.TakeDescriptor(0));
    }

    private VhostUserQueue Queue(uint index) =>
        index < _queues.Length ? _queues[index] : throw new VhostUserException($"there is no queue {index}");

    private bool Reply(ulong value)
    {
        _message.Reply(_socket, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in value)));
        return true;
    }
}
