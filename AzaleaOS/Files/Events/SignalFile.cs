using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Signals;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Events;

/// <summary>signalfd: signals that are read. <see cref="OpenFile.Data"/> is the set of them, in one word.</summary>
/// <remarks>
/// Whoever reads or polls sees the signals of the process and those of its own thread.
/// Source: Linux, fs/signalfd.c; signalfd(2).
/// </remarks>
internal static unsafe class SignalFile
{
    /// <summary>Waits for a signal, and gives as many as there are and as there is room for.</summary>
    internal static long Read(OpenFile* file, Transfer* transfer)
    {
        if (transfer->Left < (ulong)sizeof(SignalRecord))
        {
            return -Errno.EINVAL;
        }

        long moved = 0;
        SignalInformation information;
        while (transfer->Left >= (ulong)sizeof(SignalRecord))
        {
            if (SignalReader.TryDequeue((ulong)file->Data, &information))
            {
                SignalRecord record = Of(information);
                if (transfer->Put(&record, (ulong)sizeof(SignalRecord)) < (ulong)sizeof(SignalRecord))
                {
                    return moved == 0 ? -Errno.EFAULT : moved;
                }

                moved += sizeof(SignalRecord);
            }
            else if (moved != 0)
            {
                break;
            }
            else if (transfer->NonBlocking)
            {
                return -Errno.EAGAIN;
            }
            else if (Wait(file) == WakeReason.Interrupted)
            {
                return -Errno.ERESTARTSYS;
            }
        }

        return moved;
    }

    /// <summary>What poll says.</summary>
    internal static uint Poll(OpenFile* file, WaitNode* node)
    {
        Blocking.Watch(SignalReader.Queue, node);
        return SignalReader.IsPending((ulong)file->Data) ? PollEvents.In : 0;
    }

    /// <summary>signalfd with a descriptor: other signals from now on.</summary>
    internal static void Change(OpenFile* file, ulong signals)
    {
        file->Data = (void*)signals;
        Blocking.Tell(SignalReader.Queue, PollEvents.In);
    }

    private static WakeReason Wait(OpenFile* file)
    {
        WaitNode node;
        WaitNode.Init(&node, Scheduler.Current);
        SignalReader.Queue->Add(&node);
        Scheduler.Arm();
        WakeReason reason = SignalReader.IsPending((ulong)file->Data) ? WakeReason.Woken : Scheduler.Block();
        SignalReader.Queue->Remove(&node);
        return reason;
    }

    private static SignalRecord Of(in SignalInformation information)
    {
        SignalRecord record = new() { Number = information.Number, Error = information.Error, Code = information.Code };
        bool isFault = information.Code > 0 && information.Code != SignalCode.Kernel && (SignalSet.Synchronous & SignalSet.Of(information.Number)) != 0;
        if (isFault)
        {
            record.Address = information.Address;
            return record;
        }

        if (information.Code == SignalCode.Timer)
        {
            record.Timer = information.Timer;
            record.Overrun = information.Overrun;
        }
        else
        {
            record.Process = information.Process;
            record.User = information.User;
        }

        if (information.Code < 0 && information.Code != SignalCode.ThreadKill)
        {
            record.Value = information.Value;
            record.ShortValue = (int)information.Value;
        }

        return record;
    }
}
