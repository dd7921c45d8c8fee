using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;

namespace AzaleaOS.Signals;

/// <summary>Takes signals off their queues in the order of delivery, and does what the default actions say.</summary>
internal static unsafe class SignalQueue
{
    /// <summary>Takes the next signal that has a handler. Does not return if one before it ends the process.</summary>
    /// <param name="self">The running thread.</param>
    /// <param name="frame">The application's registers, for the report of a death.</param>
    /// <param name="delivery">The signal.</param>
    /// <returns>False if there is none.</returns>
    internal static bool TryTake(ThreadSignals* self, TrapFrame* frame, SignalDelivery* delivery)
    {
        SignalState.Enter();
        while (true)
        {
            if (SignalState.Fatal != 0)
            {
                SignalInformation known = new() { Number = SignalState.Fatal, Code = SignalCode.User };
                End(self, frame, &known);
                return false;
            }

            if (SignalState.IsStopped)
            {
                SignalState.Exit();
                ProcessStop.Wait();
                SignalState.Enter();
                if (SignalState.IsStopped)
                {
                    // The process ends while it is stopped: the way out of the kernel does the rest.
                    SignalState.Exit();
                    return false;
                }

                continue;
            }

            int signal = Next(self, &delivery->Information);
            if (signal == 0)
            {
                SignalState.Recalculate(self);
                SignalState.Exit();
                return false;
            }

            switch (SignalState.DispositionOf(signal))
            {
                case Disposition.Handler:
                    ref SignalAction action = ref SignalState.ActionFor(signal);
                    delivery->Action = action;
                    if ((action.Flags & SignalActionFlags.ResetHandler) != 0)
                    {
                        action.Handler = 0;
                    }

                    SignalState.Recalculate(self);
                    SignalState.Exit();
                    return true;

                case Disposition.Stop when signal == SignalNumber.Stop:
                    ProcessStop.Begin();
                    SignalState.Exit();
                    ProcessStop.Report(signal);
                    SignalState.Enter();
                    break;

                case Disposition.Terminate:
                    End(self, frame, &delivery->Information);
                    return false;

                default:
                    // Ignored, or a terminal's stop: nobody could continue a process that has no session, and Linux ignores it then.
                    break;
            }
        }
    }

    private static int Next(ThreadSignals* self, SignalInformation* information)
    {
        int signal = self->Pending.FirstSynchronous(self->Blocked);
        if (signal == 0)
        {
            return SignalReader.Take(self, ~self->Blocked, information);
        }

        SignalReader.Take(ref self->Pending, signal, information);
        return signal;
    }

    private static void End(ThreadSignals* self, TrapFrame* frame, SignalInformation* information)
    {
        SignalState.Fatal = information->Number;
        bool isFirst = !SignalState.IsEnding;
        SignalState.IsEnding = true;
        SignalState.Exit();
        if (isFirst)
        {
            DeathReport.Print(self, frame, information);
        }

        SignalState.End(DeathReport.StatusOf(information->Number));
    }
}
