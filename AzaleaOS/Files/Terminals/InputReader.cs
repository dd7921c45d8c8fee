using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Terminals;

/// <summary>read(2) of the terminal, and of the launcher's pipe.</summary>
internal static unsafe class InputReader
{
    private const int PieceSize = 256;
    private const long TimeUnit = Clock.Second / 10;

    /// <summary>Reads: a line, or as many bytes as VMIN and VTIME say.</summary>
    /// <returns>Bytes; 0 at the end of the input; -EAGAIN, -EFAULT, -ERESTARTSYS.</returns>
    internal static long Read(ConsoleInput* input, Transfer* transfer)
    {
        if (transfer->Left == 0)
        {
            return 0;
        }

        Limits limits = LimitsOf(input);
        byte* piece = stackalloc byte[PieceSize];
        WaitNode node;
        WaitNode.Init(&node, Scheduler.Current);
        input->Waiters.Add(&node);
        long deadline = limits.FirstWait == Scheduler.Never ? Scheduler.Never : Clock.Monotonic() + limits.FirstWait;
        long read = 0;
        long result = 0;
        while (true)
        {
            Scheduler.Arm();
            ConsoleChannel.Lock.Enter();
            bool isComplete = Take(input, transfer->Left, piece, out uint bytes, out bool isSomething);
            bool hasEnded = input->HasEnded;
            ConsoleChannel.Lock.Exit();
            if (isSomething)
            {
                ConsoleChannel.Pump();
                uint moved = (uint)transfer->Put(piece, bytes);
                read += moved;
                result = moved < bytes && read == 0 ? -Errno.EFAULT : result;
                isComplete |= moved < bytes || transfer->Left == 0;
                if (isComplete || (limits.IsCanonical && !HasMore(input)) || (!limits.IsCanonical && read >= limits.Minimum && !HasMore(input)))
                {
                    break;
                }

                deadline = limits.NextWait == Scheduler.Never ? deadline : Clock.Monotonic() + limits.NextWait;
                continue;
            }

            if (hasEnded || (limits.FirstWait == 0 && read == 0))
            {
                break;
            }

            if (transfer->NonBlocking)
            {
                result = -Errno.EAGAIN;
                break;
            }

            WakeReason reason = Scheduler.Block(deadline);
            if (reason == WakeReason.TimedOut)
            {
                break;
            }

            if (reason == WakeReason.Interrupted)
            {
                result = -Errno.ERESTARTSYS;
                break;
            }

            // The settings may have changed meanwhile.
            limits = LimitsOf(input);
        }

        Scheduler.Disarm();
        input->Waiters.Remove(&node);
        return read != 0 ? read : result;
    }

    /// <summary>poll(2): whether a read would not wait.</summary>
    internal static uint Poll(ConsoleInput* input, WaitNode* node)
    {
        Blocking.Watch(&input->Waiters, node);
        ConsoleChannel.Lock.Enter();
        bool isReady = input->Line.HasInput(forPoll: true);
        bool hasEnded = input->HasEnded;
        ConsoleChannel.Lock.Exit();
        return (isReady ? PollEvents.Readable : 0) | (hasEnded ? PollEvents.HangUp : 0);
    }

    private static Limits LimitsOf(ConsoleInput* input)
    {
        ConsoleChannel.Lock.Enter();
        bool isCanonical = (input->Line.Settings.Local & TerminalLocal.Canonical) != 0;
        uint minimum = input->Line.Character(TerminalCharacter.Minimum);
        long time = input->Line.Character(TerminalCharacter.Time) * TimeUnit;
        ConsoleChannel.Lock.Exit();
        return isCanonical ? new Limits { IsCanonical = true, FirstWait = Scheduler.Never, NextWait = Scheduler.Never }
            : minimum == 0 ? new Limits { Minimum = 1, FirstWait = time, NextWait = Scheduler.Never }
            : new Limits { Minimum = minimum, FirstWait = Scheduler.Never, NextWait = time == 0 ? Scheduler.Never : time };
    }

    private static bool HasMore(ConsoleInput* input)
    {
        ConsoleChannel.Lock.Enter();
        bool has = input->Line.HasInput(forPoll: false);
        ConsoleChannel.Lock.Exit();
        return has;
    }

    // Whether the read is over with what was taken: the end of a line.
    private static bool Take(ConsoleInput* input, ulong room, byte* piece, out uint bytes, out bool isSomething)
    {
        ref LineBuffer buffer = ref input->Line.Buffer;
        uint most = (uint)Math.Min(room, PieceSize);
        bool isEnd = false;
        uint taken;
        if ((input->Line.Settings.Local & TerminalLocal.Canonical) != 0)
        {
            isEnd = buffer.MeasureLine(most, out bytes, out taken);
        }
        else
        {
            bytes = taken = Math.Min(most, buffer.Count);
        }

        buffer.CopyTo(piece, bytes);
        buffer.Take(taken);
        isSomething = taken != 0;
        return isEnd;
    }

    // What a read waits for.
    private struct Limits
    {
        internal bool IsCanonical;
        internal long Minimum;
        internal long FirstWait;
        internal long NextWait;
    }
}
