using System.Runtime.CompilerServices;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Threads;
using Interlocked = System.Threading.Interlocked;

namespace AzaleaOS.Signals;

/// <summary>Delivers signals to a thread that is about to go back to the application.</summary>
internal static unsafe class Delivery
{
    private const ulong GeneralProtection = 13;

    private static uint s_mxcsrMask = VectorLayout.DefaultMxcsrMask;

    /// <summary>Learns what this processor's vector state can hold.</summary>
    internal static void Start()
    {
        byte* space = stackalloc byte[VectorState.LegacySize + 16];
        byte* area = (byte*)(((ulong)space + 15) & ~15UL);
        Instructions.FxSave(area);
        uint mask = *(uint*)(area + VectorLayout.MxcsrMask);
        s_mxcsrMask = mask != 0 ? mask : VectorLayout.DefaultMxcsrMask;
    }

    /// <summary>Completes rt_sigreturn, delivers what is pending, and restarts an interrupted system call.</summary>
    /// <param name="frame">The application's registers, below them xmm0 to xmm15; the upper parts of the vector registers are in the processor.</param>
    [SkipLocalsInit]
    internal static void Run(TrapFrame* frame)
    {
        ThreadSignals* self = ThreadSignals.Current;
        if ((self->Thread->Work & ThreadWork.SignalReturn) != 0)
        {
            Interlocked.And(ref self->Thread->Work, ~ThreadWork.SignalReturn);
            Return(frame, self);
        }

        SignalDelivery delivery;
        while (SignalQueue.TryTake(self, frame, &delivery))
        {
            CallRestart.BeforeHandler(frame, delivery.Action.Flags);
            bool isCalled = TryCallHandler(frame, self, &delivery);
            while (!isCalled && FilePages.Bring != null && BringStack(frame, self) > 0)
            {
                isCalled = TryCallHandler(frame, self, &delivery);
            }

            if (isCalled)
            {
                HoldBackDuringHandler(self, &delivery);
            }
            else
            {
                RaiseSegmentation(self, SignalCode.Kernel, mustEnd: delivery.Information.Number == SignalNumber.Segmentation);
            }
        }

        CallRestart.WithoutHandler(frame);
        SignalMask.Restore(self);
    }

    private static bool TryCallHandler(TrapFrame* frame, ThreadSignals* self, SignalDelivery* delivery)
    {
        // The thread's own save area is free while it runs and does not block; copying to the application does not.
        byte* area = (byte*)self->Thread->VectorArea;
        VectorState.Save(area);
        SignalFrame.DescribeVectors(area, XmmRegisters.Below(frame), VectorState.Size, VectorState.Components);
        if (!SignalFrame.TryWrite(frame, delivery, self, area, VectorState.Size, VectorState.Components))
        {
            return false;
        }

        VectorState.Reset(area);
        Load(frame, area);
        return true;
    }

    // A stack in a file's mapping may be owed pages.
    private static long BringStack(TrapFrame* frame, ThreadSignals* self)
    {
        const ulong Most = 16 << 10;
        ulong top = self->AlternateStack.Size != 0 ? self->AlternateStack.Base + self->AlternateStack.Size : 0;
        long brought = top > Most ? FilePages.Bring(top - Most, Most) : 0;
        return brought > 0 || frame->Rsp < Most ? brought : FilePages.Bring(frame->Rsp - Most, Most);
    }

    // As Linux's signal_delivered.
    private static void HoldBackDuringHandler(ThreadSignals* self, SignalDelivery* delivery)
    {
        self->HasSavedMask = false;
        ulong mask = self->Blocked | delivery->Action.Mask;
        if ((delivery->Action.Flags & SignalActionFlags.NoDefer) == 0)
        {
            mask |= SignalSet.Of(delivery->Information.Number);
        }

        SignalState.Enter();
        SignalState.SetBlocked(self, mask);
        SignalState.Exit();
        if ((self->AlternateStack.Flags & SignalStackFlags.DisarmAutomatically) != 0)
        {
            self->AlternateStack = AlternateStack.None;
        }
    }

    private static void Return(TrapFrame* frame, ThreadSignals* self)
    {
        // The frame is no system call's any more: what it holds as rax is no result.
        frame->Vector = 0;
        if (!SignalReturn.TryRead(frame, self, out ulong vectors, out bool canResume) || !TryLoadVectors(frame, self, vectors))
        {
            RaiseSegmentation(self, SignalCode.Kernel, mustEnd: false);
        }
        else if (!canResume)
        {
            // What IRET would answer in Linux.
            self->Fault = new FaultRecord { Trap = GeneralProtection, Address = self->Fault.Address };
            RaiseSegmentation(self, SignalCode.Kernel, mustEnd: false);
        }
    }

    private static bool TryLoadVectors(TrapFrame* frame, ThreadSignals* self, ulong vectors)
    {
        byte* area = (byte*)self->Thread->VectorArea;
        bool isValid = true;
        if (vectors == 0)
        {
            VectorState.Reset(area);
        }
        else if (!SignalReturn.TryReadVectors(vectors, area, VectorState.Size, VectorState.Components, s_mxcsrMask))
        {
            VectorState.Reset(area);
            isValid = false;
        }

        Load(frame, area);
        return isValid;
    }

    private static void Load(TrapFrame* frame, byte* area)
    {
        *XmmRegisters.Below(frame) = *(XmmRegisters*)(area + VectorLayout.Xmm);
        VectorState.Restore(area);
    }

    /// <summary>The running thread gets a SIGSEGV as for a frame that makes no sense; for <see cref="KernelExit.RaiseSegmentationFault"/>.</summary>
    internal static void RaiseSegmentation() => RaiseSegmentation(Scheduler.Current->Signals, SignalCode.Kernel, mustEnd: false);

    private static void RaiseSegmentation(ThreadSignals* self, int code, bool mustEnd)
    {
        SignalInformation information = new() { Number = SignalNumber.Segmentation, Code = code };
        SignalState.Enter();
        SignalSender.Force(&information, self, mustEnd);
        SignalState.Exit();
    }
}
