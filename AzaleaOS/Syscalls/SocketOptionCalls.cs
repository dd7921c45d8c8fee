using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files.Sockets;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>getsockopt and setsockopt.</summary>
/// <remarks>Source: Linux, net/core/sock.c, sk_setsockopt and sk_getsockopt; socket(7).</remarks>
internal static unsafe class SocketOptionCalls
{
    // net.core.wmem_max and rmem_max, twice, as Linux counts its own overhead.
    private const int LargestBuffer = 2 * SocketSettings.DefaultBuffer;
    private const int SmallestSendBuffer = 4608;
    private const int SmallestReceiveBuffer = 2304;
    private const int CongestionName = 13;
    private const int TcpInformation = 11;
    private const int TcpInformationBytes = 104;

    /// <summary>setsockopt(2).</summary>
    [Syscall(54)]
    internal static long Set(int descriptor, int level, int name, ulong value, int length)
    {
        if (length < 0)
        {
            return -Errno.EINVAL;
        }

        long result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result < 0)
        {
            return result;
        }

        Socket* socket = reference.Socket;
        result = level == SocketOption.SocketLevel ? SetCommon(socket, name, value, length) : SetOther(socket, level, name, value, length);
        reference.Release();
        return result;
    }

    /// <summary>getsockopt(2).</summary>
    [Syscall(55)]
    internal static long Get(int descriptor, int level, int name, ulong value, UserPointer<int> length)
    {
        long result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result < 0)
        {
            return result;
        }

        Socket* socket = reference.Socket;
        result = socket->IsUnix && level != SocketOption.SocketLevel ? -Errno.EOPNOTSUPP
            : !length.TryRead(out int room) ? -Errno.EFAULT
            : room < 0 ? -Errno.EINVAL
            : level == SocketOption.SocketLevel ? GetCommon(socket, name, value, room, length)
            : GetOther(socket, level, name, value, room, length);
        reference.Release();
        return result;
    }

    private static long SetCommon(Socket* socket, int name, ulong from, int length)
    {
        if (length < sizeof(int))
        {
            return -Errno.EINVAL;
        }

        if (!UserMemory.TryRead(from, out int value))
        {
            return -Errno.EFAULT;
        }

        switch (name)
        {
            case SocketOption.Type or SocketOption.Protocol or SocketOption.Domain or SocketOption.Error or SocketOption.AcceptsConnections:
                return -Errno.ENOPROTOOPT;
            case SocketOption.ReuseAddress:
                socket->Settings.ReuseAddress = value != 0;
                return 0;
            case SocketOption.ReusePort:
                if (value != 0 && socket->IsUnix)
                {
                    return -Errno.EOPNOTSUPP;
                }

                socket->Settings.ReusePort = value != 0;
                return 0;
            case SocketOption.PassCredentials:
                if (!socket->IsUnix)
                {
                    return -Errno.EOPNOTSUPP;
                }

                socket->Settings.PassCredentials = value != 0;
                return 0;
            case SocketOption.SendBuffer or SocketOption.SendBufferForced:
                socket->Settings.SendBuffer = BufferOf(value, SmallestSendBuffer);
                Socket.TellAll(socket);
                return 0;
            case SocketOption.ReceiveBuffer or SocketOption.ReceiveBufferForced:
                socket->Settings.ReceiveBuffer = BufferOf(value, SmallestReceiveBuffer);
                return 0;
            case SocketOption.ReceiveLowWater:
                socket->Settings.ReceiveLowWater = value < 0 ? int.MaxValue : Math.Max(value, 1);
                return 0;
            case SocketOption.SendLowWater:
                return -Errno.ENOPROTOOPT;
            case SocketOption.Linger:
                return SetLinger(socket, from, length, value != 0);
            case SocketOption.ReceiveTimeout:
                return SetTimeout(from, length, ref socket->Settings.ReceiveTimeout);
            case SocketOption.SendTimeout:
                return SetTimeout(from, length, ref socket->Settings.SendTimeout);
            default:
                return SetStored(socket, SocketOption.SocketLevel, name, value);
        }
    }

    private static long SetOther(Socket* socket, int level, int name, ulong from, int length)
    {
        if (socket->IsUnix)
        {
            return -Errno.EOPNOTSUPP;
        }

        if (!IsLevelOf(socket, level))
        {
            return -Errno.ENOPROTOOPT;
        }

        if (level == SocketOption.TcpLevel && name == CongestionName)
        {
            return length < 1 ? -Errno.EINVAL : !IsCubic(from, length) ? -Errno.ENOENT : 0;
        }

        // IP options may be given as one byte.
        int value = 0;
        bool isByte = length < sizeof(int) && length > 0 && level == SocketOption.InternetLevel;
        if (length < sizeof(int) && !isByte)
        {
            return -Errno.EINVAL;
        }

        byte small = 0;
        if (isByte ? !UserMemory.TryRead(from, out small) : !UserMemory.TryRead(from, out value))
        {
            return -Errno.EFAULT;
        }

        value = isByte ? small : value;
        if (level == SocketOption.Internet6Level && name == SocketOption.OnlyInternet6)
        {
            if (socket->IsBound)
            {
                return -Errno.EINVAL;
            }

            socket->Settings.OnlyInternet6 = value != 0;
            return 0;
        }

        return SetStored(socket, level, name, value);
    }

    private static long GetCommon(Socket* socket, int name, ulong to, int room, UserPointer<int> length)
    {
        switch (name)
        {
            case SocketOption.Linger:
                return Write(to, room, length, ((ulong)(uint)socket->Settings.LingerSeconds << 32) | (socket->Settings.Lingers ? 1u : 0), sizeof(ulong));
            case SocketOption.ReceiveTimeout:
                return WriteTimeout(to, room, length, socket->Settings.ReceiveTimeout);
            case SocketOption.SendTimeout:
                return WriteTimeout(to, room, length, socket->Settings.SendTimeout);
            case SocketOption.PeerCredentials:
                return Write(to, room, length, socket->PeerCredentials, sizeof(ProcessCredentials));
            case SocketOption.PassCredentials when !socket->IsUnix:
                return -Errno.EOPNOTSUPP;
            default:
                return TryGetNumber(socket, name, out int value) ? Write(to, room, length, value, sizeof(int))
                    : GetStored(socket, SocketOption.SocketLevel, name, to, room, length);
        }
    }

    private static bool TryGetNumber(Socket* socket, int name, out int value)
    {
        ref SocketSettings settings = ref socket->Settings;
        int? found = name switch
        {
            SocketOption.ReuseAddress => settings.ReuseAddress ? 1 : 0,
            SocketOption.ReusePort => settings.ReusePort ? 1 : 0,
            SocketOption.PassCredentials => settings.PassCredentials ? 1 : 0,
            SocketOption.Type => (int)socket->Type,
            SocketOption.Domain => (int)socket->Family,
            SocketOption.Protocol => socket->Protocol,
            SocketOption.Error => (int)-Socket.TakeError(socket),
            SocketOption.SendBuffer => settings.SendBuffer,
            SocketOption.ReceiveBuffer => settings.ReceiveBuffer,
            SocketOption.ReceiveLowWater => settings.ReceiveLowWater,
            SocketOption.SendLowWater => 1,
            SocketOption.AcceptsConnections => socket->State == SocketState.Listening ? 1 : 0,
            _ => null,
        };
        value = found ?? 0;
        return found != null;
    }

    private static long GetOther(Socket* socket, int level, int name, ulong to, int room, UserPointer<int> length)
    {
        if (!IsLevelOf(socket, level))
        {
            return -Errno.EOPNOTSUPP;
        }

        if (level == SocketOption.Internet6Level && name == SocketOption.OnlyInternet6)
        {
            return Write(to, room, length, socket->Settings.OnlyInternet6 ? 1 : 0, sizeof(int));
        }

        if (level == SocketOption.TcpLevel && name == CongestionName)
        {
            return WriteCubic(to, room, length);
        }

        return level == SocketOption.TcpLevel && name == TcpInformation
            ? WriteInformation(socket, to, room, length)
            : GetStored(socket, level, name, to, room, length);
    }

    private static bool IsLevelOf(Socket* socket, int level) => level switch
    {
        SocketOption.TcpLevel => socket->IsStream,
        SocketOption.UdpLevel => !socket->IsStream,
        SocketOption.InternetLevel => true,
        SocketOption.Internet6Level => socket->Family == AddressFamily.Internet6,
        _ => false,
    };

    private static long SetStored(Socket* socket, int level, int name, int value)
    {
        int index = StoredOptions.IndexOf(level, name);
        return index < 0 ? -Errno.ENOPROTOOPT : socket->Settings.Stored.TrySet(index, value) ? 0 : -Errno.EINVAL;
    }

    private static long GetStored(Socket* socket, int level, int name, ulong to, int room, UserPointer<int> length)
    {
        int index = StoredOptions.IndexOf(level, name);
        return index < 0 ? -Errno.ENOPROTOOPT : Write(to, room, length, socket->Settings.Stored.Get(index), sizeof(int));
    }

    // Linux doubles what is asked for, and reports it so.
    private static int BufferOf(int value, int smallest)
        => Math.Max(value < 0 || value > LargestBuffer / 2 ? LargestBuffer : 2 * value, smallest);

    private static long SetLinger(Socket* socket, ulong from, int length, bool isOn)
    {
        if (length < 2 * sizeof(int))
        {
            return -Errno.EINVAL;
        }

        if (!UserMemory.TryRead(from + sizeof(int), out int seconds))
        {
            return -Errno.EFAULT;
        }

        socket->Settings.Lingers = isOn;
        socket->Settings.LingerSeconds = isOn ? seconds : socket->Settings.LingerSeconds;
        return 0;
    }

    private static long SetTimeout(ulong from, int length, ref long timeout)
    {
        const long Million = 1_000_000, Thousand = 1000;
        if (length < sizeof(Timeval))
        {
            return -Errno.EINVAL;
        }

        if (!UserMemory.TryRead(from, out Timeval span))
        {
            return -Errno.EFAULT;
        }

        if (span.Microseconds is < 0 or >= Million)
        {
            return -Errno.EDOM;
        }

        // A negative time is over at once, zero never.
        long nanoseconds = span.Seconds < 0 ? 0 : TimeCalls.ToNanoseconds(new Timespec { Seconds = span.Seconds, Nanoseconds = span.Microseconds * Thousand });
        timeout = span.Seconds == 0 && span.Microseconds == 0 ? Scheduler.Never : nanoseconds;
        return 0;
    }

    private static long WriteTimeout(ulong to, int room, UserPointer<int> length, long timeout)
    {
        Timespec span = timeout == Scheduler.Never ? default : TimeCalls.ToTimespec(timeout);
        return Write(to, room, length, new Timeval { Seconds = span.Seconds, Microseconds = span.Nanoseconds / 1000 }, sizeof(Timeval));
    }

    private static long Write<T>(ulong to, int room, UserPointer<int> length, in T value, int size)
        where T : unmanaged
    {
        int bytes = Math.Min(room, size);
        fixed (T* from = &value)
        {
            return UserMemory.TryWrite(to, new ReadOnlySpan<byte>(from, bytes)) && length.TryWrite(bytes) ? 0 : -Errno.EFAULT;
        }
    }

    // TCP_CONGESTION: there is one algorithm, by name, and nothing for it to do.
    private static long WriteCubic(ulong to, int room, UserPointer<int> length)
    {
        Span<byte> name = stackalloc byte[16];
        name.Clear();
        "cubic"u8.CopyTo(name);
        int bytes = Math.Min(room, name.Length);
        return UserMemory.TryWrite(to, name[..bytes]) && length.TryWrite(bytes) ? 0 : -Errno.EFAULT;
    }

    private static bool IsCubic(ulong from, int length)
    {
        Span<byte> name = stackalloc byte[16];
        name.Clear();
        length = Math.Min(length, name.Length - 1);
        fixed (byte* to = name)
        {
            return UserMemory.CopyIn(to, from, (ulong)length) == (ulong)length && name[..(name.IndexOf((byte)0))].SequenceEqual("cubic"u8);
        }
    }

    // TCP_INFO: the state, and numbers that are all zero where no packet is ever lost.
    private static long WriteInformation(Socket* socket, ulong to, int room, UserPointer<int> length)
    {
        const byte Established = 1, SynSent = 2, Close = 7, CloseWait = 8, Listen = 10, FinWait2 = 5;
        Span<byte> information = stackalloc byte[TcpInformationBytes];
        information.Clear();
        information[0] = socket->State switch
        {
            SocketState.Listening => Listen,
            SocketState.Connecting => SynSent,
            SocketState.Connected => socket->HasSeenEnd ? (socket->IsWriteShut ? Close : CloseWait) : socket->IsWriteShut ? FinWait2 : Established,
            _ => Close,
        };
        int bytes = Math.Min(room, information.Length);
        return UserMemory.TryWrite(to, information[..bytes]) && length.TryWrite(bytes) ? 0 : -Errno.EFAULT;
    }
}
