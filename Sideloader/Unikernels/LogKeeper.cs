using AzaleaOS.Sideloader.Native;
using Microsoft.Win32.SafeHandles;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Sees to it that the log of a unikernel in the background does not grow without bound.</summary>
internal sealed class LogKeeper : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly Timer _timer;
    private readonly Lock _gate = new();

    private LogKeeper(SafeFileHandle file, long bound)
    {
        _file = file;
        _timer = new Timer(_ => Look(bound), null, LogFile.Interval, LogFile.Interval);
    }

    /// <summary>Begins to look; nothing for a unikernel in the foreground, which has no log.</summary>
    internal static LogKeeper? Start(UnikernelDirectory home, long bound) => File.Exists(home.LogFile)
        ? new LogKeeper(File.OpenHandle(home.LogFile, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), bound)
        : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
            _file.Dispose();
    }

    private void Look(long bound)
    {
        lock (_gate)
        {
            try
            {
                if (!_file.IsClosed)
                    _ = LogFile.Trim(_file, bound);
            }
            catch (Exception e) when (e is IOException or LinuxException)
            {
                // The disk's own trouble: the unikernel goes on, and the next look may find it gone.
            }
        }
    }
}
