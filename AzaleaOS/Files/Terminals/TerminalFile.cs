using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Terminals;

/// <summary>The terminal as a file: /dev/tty, /dev/console, and standard streams that lead to a terminal.</summary>
internal static unsafe class TerminalFile
{
    private const int PieceSize = 256;

    /// <summary>The one process: its own group and session, and always in the foreground.</summary>
    internal static int ProcessGroup { get; set; }

    /// <summary>/dev/tty: only where there is a terminal.</summary>
    internal static long Open(OpenFile* file) => ConsoleChannel.HasTerminal ? 0 : -Errno.ENXIO;

    /// <summary>read(2).</summary>
    internal static long Read(OpenFile* file, Transfer* transfer) => InputReader.Read(ConsoleChannel.Terminal, transfer);

    /// <summary>write(2); waits while output is held.</summary>
    internal static long Write(OpenFile* file, Transfer* transfer)
    {
        byte* piece = stackalloc byte[PieceSize];
        long written = 0;
        while (transfer->Left != 0)
        {
            ulong wanted = Math.Min(transfer->Left, PieceSize);
            long result = WaitForOutput(transfer->NonBlocking);
            if (result < 0)
            {
                return written != 0 ? written : result;
            }

            ulong taken = transfer->Take(piece, wanted);
            ConsoleChannel.Lock.Enter();
            ConsoleChannel.Terminal->Line.Write(new ReadOnlySpan<byte>(piece, (int)taken));
            ConsoleChannel.Lock.Exit();
            written += (long)taken;
            if (taken < wanted)
            {
                return written == 0 ? -Errno.EFAULT : written;
            }
        }

        return written;
    }

    /// <summary>poll(2). Output never waits but for VSTOP, and nobody polls for that.</summary>
    internal static uint Poll(OpenFile* file, WaitNode* node)
        => InputReader.Poll(ConsoleChannel.Terminal, node) | PollEvents.Writable;

    /// <summary>ioctl(2).</summary>
    /// <remarks>Source: Linux, ioctl_tty(2); include/uapi/asm-generic/ioctls.h.</remarks>
    internal static long Control(OpenFile* file, uint request, ulong argument)
    {
        const uint GetSettings = 0x5401, SetSettings = 0x5402, SetSettingsWait = 0x5403, SetSettingsFlush = 0x5404;
        const uint GetSettings2 = 0x802c_542a, SetSettings2 = 0x402c_542b, SetSettings2Wait = 0x402c_542c, SetSettings2Flush = 0x402c_542d;
        const uint SendBreak = 0x5409, FlowControl = 0x540a, Flush = 0x540b, SendBreakPosix = 0x5425;
        const uint SetControlling = 0x540e, GetGroup = 0x540f, SetGroup = 0x5410, BytesToWrite = 0x5411, InsertInput = 0x5412;
        const uint GetWindowSize = 0x5413, SetWindowSize = 0x5414, BytesToRead = 0x541b, GetDiscipline = 0x5424, SetDiscipline = 0x5423;
        const uint GetSession = 0x5429;
        switch (request)
        {
            case GetSettings or GetSettings2:
                return GetSettingsTo(argument, request == GetSettings ? TerminalSettings.ShortSize : sizeof(TerminalSettings));
            case SetSettings or SetSettingsWait or SetSettingsFlush:
                return SetSettingsFrom(argument, TerminalSettings.ShortSize, request == SetSettingsFlush);
            case SetSettings2 or SetSettings2Wait or SetSettings2Flush:
                return SetSettingsFrom(argument, sizeof(TerminalSettings), request == SetSettings2Flush);
            case GetWindowSize:
                return UserMemory.TryWrite(argument, ConsoleChannel.Size) ? 0 : -Errno.EFAULT;
            case SetWindowSize:
                if (!UserMemory.TryRead(argument, out WindowSize size))
                {
                    return -Errno.EFAULT;
                }

                ConsoleChannel.Resize(size);
                return 0;
            case GetGroup or GetSession:
                return UserMemory.TryWrite(argument, ProcessGroup) ? 0 : -Errno.EFAULT;
            case SetGroup:
                return !UserMemory.TryRead(argument, out int group) ? -Errno.EFAULT
                    : group < 0 ? -Errno.EINVAL
                    : group == ProcessGroup ? 0
                    : -Errno.ESRCH;
            case SetControlling:
                return 0;
            case BytesToRead:
                return UserMemory.TryWrite(argument, CountInput()) ? 0 : -Errno.EFAULT;
            case BytesToWrite:
                return UserMemory.TryWrite(argument, 0) ? 0 : -Errno.EFAULT;
            case Flush:
                return FlushQueues((uint)argument);
            case FlowControl:
                return ControlFlow((uint)argument);
            case SendBreak or SendBreakPosix:
                // tcdrain and tcsendbreak: what was written is on the wire already, and there is no break on it.
                return 0;
            case GetDiscipline:
                return UserMemory.TryWrite(argument, 0) ? 0 : -Errno.EFAULT;
            case SetDiscipline:
                return !UserMemory.TryRead(argument, out int discipline) ? -Errno.EFAULT : discipline == 0 ? 0 : -Errno.EINVAL;
            case InsertInput:
                return -Errno.EIO;
            default:
                return -Errno.ENOTTY;
        }
    }

    private static long GetSettingsTo(ulong address, int size)
    {
        ConsoleChannel.Lock.Enter();
        TerminalSettings settings = ConsoleChannel.Terminal->Line.Settings;
        ConsoleChannel.Lock.Exit();
        return UserMemory.TryWrite(address, new ReadOnlySpan<byte>(&settings, size)) ? 0 : -Errno.EFAULT;
    }

    private static long SetSettingsFrom(ulong address, int size, bool flushes)
    {
        ConsoleChannel.Lock.Enter();
        TerminalSettings settings = ConsoleChannel.Terminal->Line.Settings;
        ConsoleChannel.Lock.Exit();
        if (UserMemory.CopyIn(&settings, address, (ulong)size) != (ulong)size)
        {
            return -Errno.EFAULT;
        }

        ConsoleChannel.Lock.Enter();
        if (flushes)
        {
            ConsoleChannel.Terminal->Line.FlushInput();
        }

        ConsoleChannel.Terminal->Line.Change(settings);
        ConsoleChannel.Lock.Exit();

        // What waits may be complete by the new rules, and there may be room for more.
        ConsoleChannel.Terminal->Waiters.Wake();
        ConsoleChannel.Pump();
        return 0;
    }

    private static int CountInput()
    {
        ConsoleChannel.Lock.Enter();
        ref LineDiscipline line = ref ConsoleChannel.Terminal->Line;
        uint count = (line.Settings.Local & TerminalLocal.Canonical) != 0 ? line.Buffer.CountLines() : line.Buffer.Count;
        ConsoleChannel.Lock.Exit();
        return (int)count;
    }

    private static long FlushQueues(uint which)
    {
        const uint Input = 0, Output = 1, Both = 2;
        if (which > Both)
        {
            return -Errno.EINVAL;
        }

        if (which != Output)
        {
            ConsoleChannel.Lock.Enter();
            ConsoleChannel.Terminal->Line.FlushInput();
            ConsoleChannel.Lock.Exit();
            ConsoleChannel.Pump();
        }

        return which is Input or Output or Both ? 0 : -Errno.EINVAL;
    }

    private static long ControlFlow(uint action)
    {
        const uint OutputOff = 0, OutputOn = 1, InputOff = 2, InputOn = 3;
        if (action > InputOn)
        {
            return -Errno.EINVAL;
        }

        ConsoleChannel.Lock.Enter();
        ref LineDiscipline line = ref ConsoleChannel.Terminal->Line;
        if (action is OutputOff or OutputOn)
        {
            line.IsStopped = action == OutputOff;
        }
        else
        {
            byte character = line.Character(action == InputOff ? TerminalCharacter.Stop : TerminalCharacter.Start);
            if (character != 0)
            {
                line.Show(&character, 1);
            }
        }

        ConsoleChannel.Lock.Exit();
        ConsoleChannel.Terminal->Waiters.Wake();
        return 0;
    }

    private static long WaitForOutput(bool nonBlocking)
    {
        ConsoleInput* terminal = ConsoleChannel.Terminal;
        if (!System.Threading.Volatile.Read(ref terminal->Line.IsStopped))
        {
            return 0;
        }

        if (nonBlocking)
        {
            return -Errno.EAGAIN;
        }

        WaitNode node;
        WaitNode.Init(&node, Scheduler.Current);
        terminal->Waiters.Add(&node);
        long result = 0;
        while (true)
        {
            Scheduler.Arm();
            if (!System.Threading.Volatile.Read(ref terminal->Line.IsStopped))
            {
                break;
            }

            if (Scheduler.Block() == WakeReason.Interrupted)
            {
                result = -Errno.ERESTARTSYS;
                break;
            }
        }

        Scheduler.Disarm();
        terminal->Waiters.Remove(&node);
        return result;
    }
}
