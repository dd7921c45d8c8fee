using System.Diagnostics;
using System.Runtime.InteropServices;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Tests.Unit.Terminals;

/// <summary>A terminal of this host's Linux: what ours is compared with.</summary>
internal sealed unsafe class PseudoTerminal : IDisposable
{
    // Milliseconds: Linux hands what is typed on when it likes, a busy one late.
    private const int Patience = 10_000;

    private const int ReadWriteNoTerminalNonBlocking = 0x2 | 0x100 | 0x800;
    private const nuint SetSettings2 = 0x402c_542b, GetSettings2 = 0x802c_542a, BytesToRead = 0x541b, Unlock = 0x4004_5431, OpenPeer = 0x5441;

    private readonly int _master;
    private readonly int _slave;

    internal PseudoTerminal()
    {
        _master = open("/dev/ptmx", ReadWriteNoTerminalNonBlocking);
        int no = 0;
        Assert.Equal(0, ioctl(_master, Unlock, &no));
        _slave = (int)ioctl(_master, OpenPeer, (void*)ReadWriteNoTerminalNonBlocking);
        Assert.True(_master >= 0 && _slave >= 0);
    }

    internal TerminalSettings Settings
    {
        get
        {
            TerminalSettings settings;
            Assert.Equal(0, ioctl(_slave, GetSettings2, &settings));
            return settings;
        }
        set => Assert.Equal(0, ioctl(_slave, SetSettings2, &value));
    }

    /// <summary>Types.</summary>
    internal void Type(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
            Assert.Equal(bytes.Length, write(_master, first, bytes.Length));
    }

    /// <summary>A program writes.</summary>
    internal void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
            Assert.Equal(bytes.Length, write(_slave, first, bytes.Length));
    }

    /// <summary>What is shown: waits for as much as is expected, and a moment for more.</summary>
    internal byte[] Shown(int expected) => Collect(_master, expected);

    /// <summary>What FIONREAD says once it says what is expected, or at last.</summary>
    internal int Available(int expected)
    {
        int count = 0;
        for (Stopwatch watch = Stopwatch.StartNew(); watch.ElapsedMilliseconds < Patience; Thread.Sleep(1))
        {
            Assert.Equal(0, ioctl(_slave, BytesToRead, &count));
            if (count == expected)
                break;
        }

        return count;
    }

    /// <summary>One read: its bytes, or null if there is nothing.</summary>
    /// <param name="room">Bytes, at most.</param>
    /// <param name="waits">Whether something is expected: FIONREAD does not tell of an end of input that is still on its way.</param>
    internal byte[]? Read(int room, bool waits)
    {
        byte[] buffer = new byte[room];
        for (Stopwatch watch = Stopwatch.StartNew(); ; Thread.Sleep(1))
        {
            fixed (byte* first = buffer)
            {
                nint count = read(_slave, first, room);
                if (count >= 0)
                    return buffer[..(int)count];
            }

            if (!waits || watch.ElapsedMilliseconds >= Patience)
                return null;
        }
    }

    public void Dispose()
    {
        _ = close(_slave);
        _ = close(_master);
    }

    private static byte[] Collect(int descriptor, int expected)
    {
        var all = new List<byte>();
        byte[] buffer = new byte[4096];
        Stopwatch watch = Stopwatch.StartNew();
        bool again = true;
        while (again)
        {
            again = all.Count < expected && watch.ElapsedMilliseconds < Patience;
            fixed (byte* first = buffer)
            {
                nint count = read(descriptor, first, buffer.Length);
                if (count > 0)
                {
                    all.AddRange(buffer[..(int)count]);
                    again = true;
                }
                else if (again)
                {
                    Thread.Sleep(1);
                }
            }
        }

        return [.. all];
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
