using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Files;
using AzaleaOS.Files.Sockets;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>Sending and receiving through sockets.</summary>
/// <remarks>Source: Linux, net/socket.c; send(2), recv(2), sendmmsg(2), recvmmsg(2).</remarks>
internal static unsafe class MessageCalls
{
    // Linux handles no more in one call (UIO_MAXIOV).
    private const uint MostMessages = 1024;
    private const ulong MostParts = 1024;
    private const ulong ManyLengthOffset = 56;
    private const ulong ManyBytes = 64;
    private const ulong FlagsOffset = 48;
    private const ulong ControlLengthOffset = 40;
    private const ulong NameLengthOffset = 8;

    /// <summary>sendto(2).</summary>
    [Syscall(44)]
    internal static long SendTo(int descriptor, ulong buffer, ulong count, MessageFlags flags, ulong address, int length)
    {
        long result = Transfer.Of(buffer, Math.Min(count, Transfer.Largest), out Transfer transfer);
        if (result < 0)
        {
            return result;
        }

        result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result < 0)
        {
            return result;
        }

        SocketMessage message = new() { Flags = flags, Start = Process.WorkingDirectory };
        result = ReadAddress(address, length, &message);
        transfer.NonBlocking = reference.IsNonBlocking;
        result = result < 0 ? result : SocketTransfers.Send(reference.Socket, &transfer, &message);
        reference.Release();
        return result;
    }

    /// <summary>recvfrom(2).</summary>
    [Syscall(45)]
    internal static long ReceiveFrom(int descriptor, ulong buffer, ulong count, MessageFlags flags, ulong address, UserPointer<int> length)
    {
        long result = Transfer.Of(buffer, Math.Min(count, Transfer.Largest), out Transfer transfer);
        if (result < 0)
        {
            return result;
        }

        result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result < 0)
        {
            return result;
        }

        SocketMessage message = new() { Flags = flags };
        transfer.NonBlocking = reference.IsNonBlocking;
        result = SocketTransfers.Receive(reference.Socket, &transfer, &message);
        if (result >= 0 && address != 0)
        {
            NameSender(reference.Socket, &message);
            long written = message.Address.Write(address, length);
            result = written < 0 ? written : result;
        }

        Rights.Drop(message.Rights);
        reference.Release();
        return result;
    }

    /// <summary>sendmsg(2).</summary>
    [Syscall(46)]
    internal static long Send(int descriptor, UserPointer<MessageHeader> header, MessageFlags flags)
    {
        long result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result < 0)
        {
            return result;
        }

        result = Send(reference, header, flags);
        reference.Release();
        return result;
    }

    /// <summary>recvmsg(2).</summary>
    [Syscall(47)]
    internal static long Receive(int descriptor, UserPointer<MessageHeader> header, MessageFlags flags)
    {
        long result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result < 0)
        {
            return result;
        }

        result = Receive(reference, header, flags);
        reference.Release();
        return result;
    }

    /// <summary>sendmmsg(2): several messages, until one cannot be sent.</summary>
    [Syscall(307)]
    internal static long SendMany(int descriptor, ulong headers, uint count, MessageFlags flags)
    {
        long result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result < 0)
        {
            return result;
        }

        count = Math.Min(count, MostMessages);
        long done = 0;
        while (done < count && result >= 0)
        {
            ulong at = headers + ((ulong)done * ManyBytes);
            result = Send(reference, new UserPointer<MessageHeader>(at), flags);
            if (result >= 0)
            {
                result = UserMemory.TryWrite(at + ManyLengthOffset, (uint)result) ? 0 : -Errno.EFAULT;
            }

            done += result >= 0 ? 1 : 0;
        }

        reference.Release();
        return done != 0 ? done : result;
    }

    /// <summary>recvmmsg(2): several messages. As in Linux, the time limit is looked at after each of them.</summary>
    [Syscall(299)]
    internal static long ReceiveMany(int descriptor, ulong headers, uint count, MessageFlags flags, UserPointer<Timespec> timeout)
    {
        long result = Deadline.Read(timeout, out long deadline);
        if (result < 0)
        {
            return result;
        }

        result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result < 0)
        {
            return result;
        }

        count = Math.Min(count, MostMessages);
        long done = 0;
        while (done < count && result >= 0)
        {
            ulong at = headers + ((ulong)done * ManyBytes);
            result = Receive(reference, new UserPointer<MessageHeader>(at), flags & ~MessageFlags.WaitForOne);
            if (result >= 0)
            {
                result = UserMemory.TryWrite(at + ManyLengthOffset, (uint)result) ? 0 : -Errno.EFAULT;
            }

            done += result >= 0 ? 1 : 0;
            flags |= (flags & MessageFlags.WaitForOne) != 0 ? MessageFlags.DoNotWait : 0;
            if (deadline != Scheduler.Never && Clock.Monotonic() >= deadline)
            {
                break;
            }
        }

        reference.Release();
        if (!timeout.IsNull && done != 0 && !timeout.TryWrite(TimeCalls.ToTimespec(deadline == 0 ? 0 : Deadline.Left(deadline))))
        {
            return -Errno.EFAULT;
        }

        return done != 0 ? done : result;
    }

    private static long Send(SocketReference reference, UserPointer<MessageHeader> from, MessageFlags flags)
    {
        long result = Read(from, out MessageHeader header, out Transfer transfer);
        if (result < 0)
        {
            return result;
        }

        SocketMessage message = new() { Flags = flags, Start = Process.WorkingDirectory };
        result = header.NameLength < 0 ? -Errno.EINVAL : ReadAddress(header.Name, Math.Min(header.NameLength, SocketAddress.Most), &message);
        if (result == 0 && header.Control != 0)
        {
            result = ControlMessages.Read(reference.Socket, header.Control, header.ControlLength, &message);
        }

        if (result < 0)
        {
            Rights.Drop(message.Rights);
            return result;
        }

        transfer.NonBlocking = reference.IsNonBlocking;
        return SocketTransfers.Send(reference.Socket, &transfer, &message);
    }

    private static long Receive(SocketReference reference, UserPointer<MessageHeader> to, MessageFlags flags)
    {
        long result = Read(to, out MessageHeader header, out Transfer transfer);
        if (result < 0)
        {
            return result;
        }

        if (header.NameLength < 0)
        {
            return -Errno.EINVAL;
        }

        SocketMessage message = new() { Flags = flags };
        transfer.NonBlocking = reference.IsNonBlocking;
        result = SocketTransfers.Receive(reference.Socket, &transfer, &message);
        if (result >= 0)
        {
            result = Answer(reference.Socket, to.Address, header, &message) ? result : -Errno.EFAULT;
        }

        Rights.Drop(message.Rights);
        return result;
    }

    private static long Read(UserPointer<MessageHeader> from, out MessageHeader header, out Transfer transfer)
    {
        transfer = default;
        return !from.TryRead(out header) ? -Errno.EFAULT
            : header.VectorLength > MostParts ? -Errno.EMSGSIZE
            : Transfer.Of(new UserPointer<IoVector>(header.Vector), header.VectorLength, out transfer);
    }

    private static long ReadAddress(ulong address, int length, SocketMessage* message)
    {
        if (address == 0)
        {
            return 0;
        }

        message->HasAddress = length != 0;
        return SocketAddress.Read(address, length, out message->Address);
    }

    private static bool Answer(Socket* socket, ulong to, in MessageHeader header, SocketMessage* message)
    {
        if (header.Name != 0)
        {
            NameSender(socket, message);
            int length = Math.Min(header.NameLength, message->Address.Length);
            if (!UserMemory.TryWrite(header.Name, message->Address.Bytes[..length]) || !UserMemory.TryWrite(to + NameLengthOffset, message->Address.Length))
            {
                return false;
            }
        }

        ulong room = header.Control == 0 ? 0 : header.ControlLength;
        long control = ControlMessages.Write(socket, header.Control, room, message);
        return control >= 0
            && UserMemory.TryWrite(to + ControlLengthOffset, (ulong)control)
            && UserMemory.TryWrite(to + FlagsOffset, message->Answer | (message->Flags & MessageFlags.CloseOnExec));
    }

    // Of a local stream the other side's name is given, if it has one.
    private static void NameSender(Socket* socket, SocketMessage* message)
    {
        if (socket->IsUnix && socket->IsStream
            && SocketAddresses.OfPeer(socket, out SocketAddress name) == 0 && name.Length > SocketAddress.FamilyBytes)
        {
            message->Address = name;
        }
    }
}
