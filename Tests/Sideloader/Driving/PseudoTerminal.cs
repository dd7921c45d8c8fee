using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace AzaleaOS.Tests.Sideloader.Driving;

/// <summary>A terminal whose other end is a test: keys are typed here, and what is shown is read.</summary>
internal sealed unsafe class PseudoTerminal : IDisposable
{
    private const int ReadWriteNoTerminalNonBlocking = 0x2 | 0x100 | 0x800;
    private const int SettingsBytes = 36;
    private const nuint GetSettings = 0x5401, SetSize = 0x5414, GetNumber = 0x8004_5430, Unlock = 0x4004_5431, OpenPeer = 0x5441;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly int _master;
    private readonly int _slave;
    private readonly StringBuilder _shown = new();

    internal PseudoTerminal(int columns, int rows)
    {
        _master = open("/dev/ptmx", ReadWriteNoTerminalNonBlocking);
        int number = 0;
        Assert.Equal(0, ioctl(_master, Unlock, &number));
        Assert.Equal(0, ioctl(_master, GetNumber, &number));
        Path = string.Create(CultureInfo.InvariantCulture, $"/dev/pts/{number}");
        _slave = (int)ioctl(_master, OpenPeer, (void*)ReadWriteNoTerminalNonBlocking);
        Assert.True(_master >= 0 && _slave >= 0);
        Resize(columns, rows);
    }

    /// <summary>The terminal for a program.</summary>
    internal string Path { get; }

    /// <summary>All that was shown.</summary>
    internal string Shown
    {
        get
        {
            Collect();
            return _shown.ToString();
        }
    }

    /// <summary>struct termios, byte by byte.</summary>
    internal byte[] Settings
    {
        get
        {
            byte[] settings = new byte[SettingsBytes];
            fixed (byte* first = settings)
                Assert.Equal(0, ioctl(_slave, GetSettings, first));
            return settings;
        }
    }

    internal void Resize(int columns, int rows)
    {
        ushort* size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        Assert.Equal(0, ioctl(_master, SetSize, size));
    }

    internal void Type(string keys)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(keys);
        fixed (byte* first = bytes)
            Assert.Equal(bytes.Length, write(_master, first, bytes.Length));
    }

    /// <summary>Waits until something is shown.</summary>
    internal void WaitFor(string text, Process program)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!Shown.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(watch.Elapsed < s_patience && !program.HasExited, $"'{text}' is not shown: {Shown}");
            Thread.Sleep(10);
        }
    }

    public void Dispose()
    {
        _ = close(_slave);
        _ = close(_master);
    }

    private void Collect()
    {
        byte[] buffer = new byte[4096];
        fixed (byte* first = buffer)
        {
            for (nint count; (count = read(_master, first, buffer.Length)) > 0;)
                _shown.Append(Encoding.Latin1.GetString(buffer, 0, (int)count));
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int open(string path, int flags);

    [DllImport("libc")]
    private static extern int close(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern nint read(int descriptor, byte* to, nint count);

    [DllImport("libc", SetLastError = true)]
    private static extern nint write(int descriptor, byte* from, nint count);

    [DllImport("libc", SetLastError = true)]
    private static extern nint ioctl(int descriptor, nuint request, void* argument);
}
