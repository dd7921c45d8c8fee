using System.Runtime.InteropServices;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Devices;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Statistics;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>The offload channel's end on Linux: carries out system calls of a unikernel.</summary>
/// <remarks><see cref="ChannelProtocol"/> is the contract. The file system calls of <see cref="OffloadedCall"/> are answered, no others.</remarks>
public sealed class OffloadDevice : IVirtioDevice, IDisposable
{
    private readonly Application _application;
    private readonly StatisticsFile? _statistics;
    private readonly byte[] _configuration = new byte[VirtioFileSystemConfiguration.Bytes];

    /// <summary>A device for a unikernel.</summary>
    /// <exception cref="LinuxException">There is no such directory.</exception>
    /// <exception cref="ArgumentException">Something is to be mounted where there is no directory.</exception>
    public OffloadDevice(OffloadOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Cores, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Cores, ChannelProtocol.MaxCores);
        // The application has a mask of its own.
        _ = Libc.SetCreationMask(0);
        _application = new Application(options);
        _statistics = options.Statistics;
        QueueCount = 1 + options.Cores;
        ChannelProtocol.Tag.CopyTo(_configuration);
        MemoryMarshal.Write(_configuration.AsSpan(VirtioFileSystemConfiguration.TagBytes), (uint)options.Cores);
    }

    /// <inheritdoc/>
    public VirtioFeatures Features => VirtioFeatures.None;

    /// <inheritdoc/>
    public int QueueCount { get; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Configuration => _configuration;

    /// <summary>The wait status that the application ended with, as Linux's wait4 gives it; null before that.</summary>
    public int? ExitStatus => _application.ExitStatus;

    /// <summary>The end of what the application wrote to its standard error, of bytes at most 65,536.</summary>
    public string Errors => _application.Errors.Text;

    /// <summary>Has the unikernel send a signal to its application, as if from outside. One that is still on its way is sent once. Any thread may call it.</summary>
    /// <param name="signal">Linux's number, from 1 to 64.</param>
    public void Raise(int signal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(signal, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(signal, 64);
        _application.Raise(signal);
    }

    /// <inheritdoc/>
    public IRequestHandler CreateHandler(int queue) => new OffloadHandler(_application, _statistics is null ? null : new CallMeter(_statistics, queue));

    /// <inheritdoc/>
    public void Dispose() => _application.Dispose();
}
