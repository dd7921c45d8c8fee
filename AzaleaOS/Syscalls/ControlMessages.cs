using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Sockets;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Control messages of sendmsg and recvmsg: descriptors and credentials.</summary>
/// <remarks>Source: Linux, net/core/scm.c; cmsg(3), unix(7).</remarks>
internal static unsafe class ControlMessages
{
    private const ulong Alignment = 8;
    private const ulong Largest = 20_480;

    private static ulong HeaderBytes => (ulong)sizeof(ControlHeader);

    /// <summary>Reads what a program sends along.</summary>
    /// <param name="socket">Who sends.</param>
    /// <param name="from">Where the messages are.</param>
    /// <param name="length">Their bytes.</param>
    /// <param name="message">Gets them. What it has after an error is the caller's to close.</param>
    /// <returns>0, or -EINVAL, -EBADF, -EPERM, -ESRCH, -EFAULT, -ENOBUFS, -ENOMEM.</returns>
    internal static long Read(Socket* socket, ulong from, ulong length, SocketMessage* message)
    {
        if (length > Largest)
        {
            return -Errno.ENOBUFS;
        }

        ulong end = from + length;
        while (end - from >= HeaderBytes)
        {
            if (!UserMemory.TryRead(from, out ControlHeader header))
            {
                return -Errno.EFAULT;
            }

            if (header.Length < HeaderBytes || header.Length > end - from)
            {
                return -Errno.EINVAL;
            }

            // Those of other levels are not for a local socket.
            if (header.Level == ControlHeader.SocketLevel && socket->IsUnix)
            {
                long result = header.Type switch
                {
                    ControlHeader.Rights => ReadRights(from + HeaderBytes, header.Length - HeaderBytes, message),
                    ControlHeader.Credentials => ReadCredentials(from + HeaderBytes, header.Length - HeaderBytes, message),
                    _ => -Errno.EINVAL,
                };
                if (result < 0)
                {
                    return result;
                }
            }

            from += Math.Min(end - from, (header.Length + Alignment - 1) & ~(Alignment - 1));
        }

        return 0;
    }

    /// <summary>Writes what came with a message. What has no room is lost, and the answer says so.</summary>
    /// <param name="socket">Who received it.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="room">Bytes there.</param>
    /// <param name="message">What came; its files are given descriptors.</param>
    /// <returns>Bytes that were written, or -EFAULT.</returns>
    internal static long Write(Socket* socket, ulong to, ulong room, SocketMessage* message)
    {
        ulong begin = to;
        if (socket->IsUnix && socket->Settings.PassCredentials)
        {
            const uint Nobody = 65_534;
            ProcessCredentials credentials = message->HasCredentials ? message->Credentials : new ProcessCredentials { User = Nobody, Group = Nobody };
            ulong length = HeaderBytes + (ulong)sizeof(ProcessCredentials);
            if (room < length)
            {
                message->Answer |= MessageFlags.ControlTruncated;
            }
            else if (!WriteHeader(to, length, ControlHeader.Credentials) || !UserMemory.TryWrite(to + HeaderBytes, credentials))
            {
                return -Errno.EFAULT;
            }
            else
            {
                Advance(ref to, ref room, length);
            }
        }

        if (message->Rights != null)
        {
            long result = WriteRights(ref to, room, message);
            if (result < 0)
            {
                return result;
            }
        }

        return (long)(to - begin);
    }

    private static void Advance(ref ulong to, ref ulong room, ulong length)
    {
        ulong bytes = Math.Min(room, (length + Alignment - 1) & ~(Alignment - 1));
        to += bytes;
        room -= bytes;
    }

    private static bool WriteHeader(ulong to, ulong length, int type)
        => UserMemory.TryWrite(to, new ControlHeader { Length = length, Level = ControlHeader.SocketLevel, Type = type });

    private static long ReadRights(ulong from, ulong bytes, SocketMessage* message)
    {
        ulong count = bytes / sizeof(int);
        if (count == 0)
        {
            return 0;
        }

        if (count > Rights.Most)
        {
            return -Errno.EINVAL;
        }

        if (message->Rights == null)
        {
            message->Rights = Rights.Make();
            if (message->Rights == null)
            {
                return -Errno.ENOMEM;
            }
        }

        for (ulong i = 0; i < count; i++)
        {
            if (!UserMemory.TryRead(from + (i * sizeof(int)), out int descriptor))
            {
                return -Errno.EFAULT;
            }

            FileReference file = DescriptorTable.Get(descriptor);
            if (file.IsNull)
            {
                return -Errno.EBADF;
            }

            OpenFile.Hold(file.File);
            bool isAdded = message->Rights->Add(file.File);
            if (!isAdded)
            {
                OpenFile.Drop(file.File);
            }

            file.Release();
            if (!isAdded)
            {
                return -Errno.EINVAL;
            }
        }

        return 0;
    }

    private static long ReadCredentials(ulong from, ulong bytes, SocketMessage* message)
    {
        if (bytes != (ulong)sizeof(ProcessCredentials))
        {
            return -Errno.EINVAL;
        }

        if (!UserMemory.TryRead(from, out ProcessCredentials credentials))
        {
            return -Errno.EFAULT;
        }

        // Root may name any user, and any process that there is.
        if (credentials.Process != Process.Id)
        {
            return -Errno.ESRCH;
        }

        message->HasCredentials = true;
        message->Credentials = credentials;
        return 0;
    }

    private static long WriteRights(ref ulong to, ulong room, SocketMessage* message)
    {
        int fits = room <= HeaderBytes ? 0 : (int)Math.Min((room - HeaderBytes) / sizeof(int), Rights.Most);
        int given = 0;
        long result = 0;
        while (given < Math.Min(fits, message->Rights->Count) && result >= 0)
        {
            result = GiveDescriptor(message->Rights->At(given), to + HeaderBytes + ((ulong)given * sizeof(int)), (message->Flags & MessageFlags.CloseOnExec) != 0);
            given += result >= 0 ? 1 : 0;
        }

        if (given != message->Rights->Count)
        {
            message->Answer |= MessageFlags.ControlTruncated;
        }

        if (given == 0)
        {
            return 0;
        }

        ulong length = HeaderBytes + ((ulong)given * sizeof(int));
        if (!WriteHeader(to, length, ControlHeader.Rights))
        {
            return -Errno.EFAULT;
        }

        Advance(ref to, ref room, length);
        return 0;
    }

    private static long GiveDescriptor(OpenFile* file, ulong to, bool closeOnExec)
    {
        long descriptor = DescriptorTable.Reserve(closeOnExec);
        if (descriptor < 0)
        {
            return descriptor;
        }

        if (!UserMemory.TryWrite(to, (int)descriptor))
        {
            DescriptorTable.Unreserve((int)descriptor);
            return -Errno.EFAULT;
        }

        OpenFile.Hold(file);
        DescriptorTable.Install((int)descriptor, file);
        return descriptor;
    }
}
