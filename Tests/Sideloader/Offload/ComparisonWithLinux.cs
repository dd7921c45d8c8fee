using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Offload;

/// <summary>Two directories: one for calls through the channel, one for the same calls that this process makes itself.</summary>
public abstract unsafe class ComparisonWithLinux : IDisposable
{
    private protected readonly HostDirectory _channel = new();
    private protected readonly HostDirectory _native = new();

    /// <summary>Open files, by their numbers on both sides.</summary>
    private protected readonly List<(long Channel, int Native)> _files = [];

    /// <summary>A descriptor of <see cref="_native"/>.</summary>
    private protected readonly int _root;

    private protected ComparisonWithLinux()
    {
        fixed (byte* path = FuseGuest.Texts([_native.Root]))
            _root = Libc.OpenAt(-100, path, OpenFlags.Directory, 0);
        Assert.True(_root >= 0);
        Libc.SetCreationMask(0);
    }

    public void Dispose()
    {
        foreach ((_, int file) in _files)
            Libc.Close(file);
        Libc.Close(_root);
        _channel.Dispose();
        _native.Dispose();
        GC.SuppressFinalize(this);
    }
}
