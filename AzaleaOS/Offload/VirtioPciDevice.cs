using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Memory;

namespace AzaleaOS.Offload;

/// <summary>A modern virtio device on PCI: its registers, and the steps to make it run.</summary>
/// <remarks>
/// Written at boot by the boot core. Afterwards each core writes its queue's doorbell, and <see cref="Reset"/> may be called by any.
/// What the device says is checked before it is used. Source: VIRTIO 1.2, 3.1.1, 4.1.4 and 4.1.5.
/// </remarks>
internal unsafe struct VirtioPciDevice
{
    private const uint FileSystemIdentity = ((0x1040u + VirtioFileSystemConfiguration.DeviceId) << 16) | 0x1AF4;
    private const int VendorCapability = 9;
    private const int MsiXCapability = 0x11;
    private const int CommonKind = 1;
    private const int NotifyKind = 2;
    private const int DeviceKind = 4;
    private const int CommonBytes = 56;

    // struct virtio_pci_common_cfg.
    private const int FeatureSelect = 0;
    private const int Feature = 4;
    private const int DriverFeatureSelect = 8;
    private const int DriverFeature = 12;
    private const int ConfigurationVector = 16;
    private const int QueueCountRegister = 18;
    private const int StatusRegister = 20;
    private const int QueueSelect = 22;
    private const int QueueSizeRegister = 24;
    private const int QueueVector = 26;
    private const int QueueEnable = 28;
    private const int QueueNotifyOffset = 30;
    private const int QueueDescriptors = 32;
    private const int QueueAvailable = 40;
    private const int QueueUsed = 48;

    private const byte Acknowledge = 1;
    private const byte Driver = 2;
    private const byte DriverOk = 4;
    private const byte FeaturesOk = 8;
    private const byte NeedsReset = 64;
    private const byte Failed = 128;

    private const ushort NoVector = 0xFFFF;
    private const int VectorBytes = 16;
    private const uint MsiXEnable = 1u << 31;
    private const uint MsiXMaskAll = 1u << 30;
    private const ulong MessageAddress = 0xFEE0_0000;
    private const int PollLimit = 10_000_000;

    private int _function;
    private int _messages;
    private byte* _common;
    private byte* _notify;
    private uint _notifyBytes;
    private uint _notifyStep;
    private byte* _device;
    private byte* _vectors;
    private int _vectorCount;

    /// <summary>How many queues the device has.</summary>
    internal readonly int QueueCount => Volatile.Read(ref *(ushort*)(_common + QueueCountRegister));

    /// <summary>The device cannot go on.</summary>
    internal readonly bool IsBroken => (Status & (NeedsReset | Failed)) != 0;

    private readonly byte Status
    {
        get => Volatile.Read(ref _common[StatusRegister]);
        set => Volatile.Write(ref _common[StatusRegister], value);
    }

    /// <summary>Looks for a file system device with a tag on PCI bus 0.</summary>
    /// <returns>False if there is none whose registers make sense.</returns>
    internal static bool TryFind(ReadOnlySpan<byte> tag, out VirtioPciDevice device)
    {
        for (int function = 0; function < Pci.Devices * Pci.Functions; function++)
        {
            if (Pci.Read(function, Pci.Identity) == FileSystemIdentity && TryOpen(function, out device) && device.HasTag(tag))
            {
                return true;
            }
        }

        device = default;
        return false;
    }

    /// <summary>Resets the device and agrees on features.</summary>
    /// <returns>False if it does not have all of them, or does not come out of its reset.</returns>
    internal readonly bool TryNegotiate(VirtioFeatures features)
    {
        Reset();
        Status = Acknowledge;
        Status = Acknowledge | Driver;
        ulong offered = 0;
        for (uint half = 0; half < 2; half++)
        {
            Write32(FeatureSelect, half);
            offered |= (ulong)Volatile.Read(ref *(uint*)(_common + Feature)) << (int)(32 * half);
        }

        if (((VirtioFeatures)offered & features) != features)
        {
            Status = Failed;
            return false;
        }

        for (uint half = 0; half < 2; half++)
        {
            Write32(DriverFeatureSelect, half);
            Write32(DriverFeature, (uint)((ulong)features >> (int)(32 * half)));
        }

        Status = Acknowledge | Driver | FeaturesOk;
        return (Status & FeaturesOk) != 0;
    }

    /// <summary>Turns on message interrupts. Queues get theirs by <see cref="TryAddQueue"/>.</summary>
    internal readonly void EnableMessages()
    {
        Pci.Write(_function, _messages, (Pci.Read(_function, _messages) & ~MsiXMaskAll) | MsiXEnable);
        Volatile.Write(ref *(ushort*)(_common + ConfigurationVector), NoVector);
    }

    /// <summary>The entries of a queue if it has at least as many.</summary>
    /// <returns>False if there is no such queue, or a smaller one.</returns>
    internal readonly bool TryAddQueue(int queue, int size, ulong descriptors, ulong available, ulong used, ApicId target, int vector, out ushort* doorbell)
    {
        doorbell = null;
        if (queue >= QueueCount || queue >= _vectorCount)
        {
            return false;
        }

        Volatile.Write(ref *(ushort*)(_common + QueueSelect), (ushort)queue);
        ulong place = (ulong)Volatile.Read(ref *(ushort*)(_common + QueueNotifyOffset)) * _notifyStep;
        if (Volatile.Read(ref *(ushort*)(_common + QueueSizeRegister)) < size || place + sizeof(ushort) > _notifyBytes)
        {
            return false;
        }

        // An entry: address, data, and a mask that is cleared. SDM vol. 3A, 11.11.
        uint* entry = (uint*)(_vectors + (queue * VectorBytes));
        Volatile.Write(ref entry[0], (uint)MessageAddress | (target.Value << 12));
        Volatile.Write(ref entry[1], 0);
        Volatile.Write(ref entry[2], (uint)vector);
        Volatile.Write(ref entry[3], 0);

        Volatile.Write(ref *(ushort*)(_common + QueueSizeRegister), (ushort)size);
        Volatile.Write(ref *(ushort*)(_common + QueueVector), (ushort)queue);
        if (Volatile.Read(ref *(ushort*)(_common + QueueVector)) != queue)
        {
            return false;
        }

        Write64(QueueDescriptors, descriptors);
        Write64(QueueAvailable, available);
        Write64(QueueUsed, used);
        Volatile.Write(ref *(ushort*)(_common + QueueEnable), 1);
        doorbell = (ushort*)(_notify + place);
        return true;
    }

    /// <summary>Lets the device run.</summary>
    internal readonly void Run() => Status = Acknowledge | Driver | FeaturesOk | DriverOk;

    /// <summary>Stops the device: it touches no memory any more.</summary>
    internal readonly void Reset()
    {
        Status = 0;
        for (int i = 0; i < PollLimit && Status != 0; i++)
        {
            // VIRTIO 1.2, 4.1.4.3.2: the reset is over when the status reads 0.
        }
    }

    private static bool TryOpen(int function, out VirtioPciDevice device)
    {
        device = default;
        device._function = function;
        uint command = Pci.Read(function, Pci.Command);
        if ((command & Pci.HasCapabilities) == 0)
        {
            return false;
        }

        Pci.Write(function, Pci.Command, (command & 0xFFFF) | Pci.MemoryAndMaster);
        int at = (int)(Pci.Read(function, Pci.Capabilities) & 0xFC);

        // The list has at most as many elements as there is room; a longer one is a circle.
        for (int i = 0; i < 48 && at >= 0x40; i++)
        {
            uint head = Pci.Read(function, at);
            if ((head & 0xFF) == VendorCapability)
            {
                device.ReadStructure(at, (int)(head >> 24));
            }
            else if ((head & 0xFF) == MsiXCapability)
            {
                device.ReadMessages(at, head);
            }

            at = (int)((head >> 8) & 0xFC);
        }

        return device._common != null && device._notify != null && device._device != null && device._vectors != null;
    }

    // struct virtio_pci_cap: kind behind the length, then BAR, offset and length.
    private void ReadStructure(int at, int kind)
    {
        uint length = Pci.Read(_function, at + 12);
        int minimum = kind == CommonKind ? CommonBytes : kind == NotifyKind ? sizeof(ushort) : VirtioFileSystemConfiguration.Bytes;
        if (kind is not (CommonKind or NotifyKind or DeviceKind) || length < minimum)
        {
            return;
        }

        byte* registers = Map((int)(Pci.Read(_function, at + 4) & 0xFF), Pci.Read(_function, at + 8), length);
        if (kind == CommonKind && _common == null)
        {
            _common = registers;
        }
        else if (kind == NotifyKind && _notify == null)
        {
            _notify = registers;
            _notifyBytes = length;
            _notifyStep = Pci.Read(_function, at + 16);
        }
        else if (kind == DeviceKind && _device == null)
        {
            _device = registers;
        }
    }

    private void ReadMessages(int at, uint head)
    {
        _messages = at;
        _vectorCount = (int)((head >> 16) & 0x7FF) + 1;
        uint table = Pci.Read(_function, at + 4);
        _vectors = Map((int)(table & 7), table & ~7u, (ulong)_vectorCount * VectorBytes);
    }

    private readonly byte* Map(int bar, uint offset, ulong length)
    {
        ulong start = Pci.ReadBar(_function, bar);
        return start == 0 ? null : (byte*)DeviceMemory.Map(new PhysicalAddress(start + offset), length);
    }

    private readonly bool HasTag(ReadOnlySpan<byte> tag)
    {
        for (int i = 0; i < VirtioFileSystemConfiguration.TagBytes; i++)
        {
            if (Volatile.Read(ref _device[i]) != (i < tag.Length ? tag[i] : 0))
            {
                return false;
            }
        }

        return true;
    }

    private readonly void Write32(int offset, uint value) => Volatile.Write(ref *(uint*)(_common + offset), value);

    // VIRTIO 1.2, 4.1.3.1: fields of eight bytes are written in two halves.
    private readonly void Write64(int offset, ulong value)
    {
        Write32(offset, (uint)value);
        Write32(offset + 4, (uint)(value >> 32));
    }
}
