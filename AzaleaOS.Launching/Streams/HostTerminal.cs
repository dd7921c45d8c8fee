using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AzaleaOS.Build.Streams;

/// <summary>A terminal of this host: its size, its raw mode, and a way to write to it.</summary>
/// <remarks>Source: termios(3), ioctl_tty(2), on Linux and x86-64.</remarks>
internal sealed class HostTerminal : IDisposable
{
    private const int Now = 0;             // TCSANOW
    private const nuint GetWindowSize = 0x5413;

    private const int WriteOnly = 1;

    private readonly int _descriptor;
    private readonly int _opened;
    private Settings _saved;
    private bool _isChanged;

    internal HostTerminal(int descriptor)
    {
        _descriptor = descriptor;
        _opened = descriptor == 0 ? Open("/dev/tty", WriteOnly) : -1;
        Output = new RawOutput(_opened >= 0 ? _opened : descriptor);
    }

    /// <summary>Writes to the terminal.</summary>
    internal Stream Output { get; }

    /// <summary>Characters in a row, and rows; 0 where nobody knows.</summary>
    internal (int Columns, int Rows) Size
        => GetSize(_descriptor, GetWindowSize, out WindowSize size) == 0 ? (size.Columns, size.Rows) : (0, 0);

    /// <summary>Whether a descriptor leads to a terminal.</summary>
    internal static bool Is(int descriptor) => OperatingSystem.IsLinux() && IsTerminal(descriptor) == 1;

    /// <summary>Bytes go through as they are.</summary>
    /// <param name="input">Keys as well, so that none makes a signal; else output alone.</param>
    internal void MakeRaw(bool input)
    {
        if (GetSettings(_descriptor, out _saved) != 0)
            throw new IOException($"the terminal's settings cannot be read: {Marshal.GetLastPInvokeErrorMessage()}");
        Settings raw = _saved;
        if (input)
            MakeRaw(ref raw);
        else
            raw.Output &= ~1u; // OPOST
        if (SetSettings(_descriptor, Now, in raw) != 0)
            throw new IOException($"the terminal's settings cannot be changed: {Marshal.GetLastPInvokeErrorMessage()}");
        _isChanged = true;
    }

    /// <summary>Remembers the settings, for <see cref="Dispose"/> to bring back what others change.</summary>
    internal void Remember() => _isChanged = _isChanged || GetSettings(_descriptor, out _saved) == 0;

    public void Dispose()
    {
        if (_isChanged)
            _ = SetSettings(_descriptor, Now, in _saved);
        if (_opened >= 0)
            _ = Close(_opened);
    }

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi)]
    private static extern int Open(string path, int flags);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "isatty")]
    private static extern int IsTerminal(int descriptor);

    [DllImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static extern int GetSettings(int descriptor, out Settings settings);

    [DllImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static extern int SetSettings(int descriptor, int when, in Settings settings);

    [DllImport("libc", EntryPoint = "cfmakeraw")]
    private static extern void MakeRaw(ref Settings settings);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int GetSize(int descriptor, nuint request, out WindowSize size);

    /// <summary>The C library's struct termios: 60 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Settings
    {
        internal uint Input;
        internal uint Output;
        internal uint Control;
        internal uint Local;
        internal byte Line;
        internal Characters Keys;
        internal uint InputSpeed;
        internal uint OutputSpeed;
    }

    [InlineArray(32)]
    private struct Characters
    {
        private byte _first;
    }

    private struct WindowSize
    {
        internal ushort Rows;
        internal ushort Columns;
        internal ushort Width;
        internal ushort Height;
    }
}
