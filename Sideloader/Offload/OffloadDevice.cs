using System.Runtime.InteropServices;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Devices;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>The offload channel's end on Linux: carries out system calls of a unikernel in a directory of the host.</summary>
/// <remarks><see cref="ChannelProtocol"/> is the contract. The file system calls of <see cref="OffloadedCall"/> are answered, no others.</remarks>
public sealed class OffloadDevice : IVirtioDevice, IDisposable
{
    private readonly Application _application;
    private readonly byte[] _configuration = new byte[VirtioFileSystemConfiguration.Bytes];

    /// <summary>A device for a unikernel.</summary>
    /// <param name="root">The directory that is the application's root.</param>
    /// <param name="cores">How many cores it has, each with a queue.</param>
    /// <param name="readOnly">Whether it may change nothing.</param>
    /// <param name="log">Takes the lines of its log.</param>
    /// <exception cref="LinuxException">There is no such directory.</exception>
    public OffloadDevice(string root, int cores, bool readOnly, Action<string> log)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cores, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cores, ChannelProtocol.MaxCores);
        // The application has a mask of its own.
        _ = Libc.SetCreationMask(0);
        _application = new Application(root, readOnly, log);
        QueueCount = 1 + cores;
        ChannelProtocol.Tag.CopyTo(_configuration);
        MemoryMarshal.Write(_configuration.AsSpan(VirtioFileSystemConfiguration.TagBytes), (uint)cores);
    }

    /// <inheritdoc/>
    public VirtioFeatures Features => VirtioFeatures.None;

    /// <inheritdoc/>
    public int QueueCount { get; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Configuration => _configuration;

    /// <summary>The wait status that the application ended with, as Linux's wait4 gives it; null before that.</summary>
    public int? ExitStatus => _application.ExitStatus;

    /// <inheritdoc/>
    public IRequestHandler CreateHandler(int queue) => new OffloadHandler(_application);

    /// <inheritdoc/>
    public void Dispose() => _application.Dispose();
}
