using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Signals;

/// <summary>What is put on the application's stack when a handler runs: struct rt_sigframe, and above it the vector state.</summary>
/// <remarks>As in Linux, arch/x86/kernel/signal.c, signal_64.c and fpu/signal.c.</remarks>
internal static unsafe class SignalFrame
{
    private const ulong RedZone = 128;
    private const ulong FrameAlignment = 16;
    private const ulong VectorAlignment = 64;
    private const uint MagicBytes = 4;

    /// <summary>__USER_CS: what a program of ring 3 sees, whatever ours is.</summary>
    internal const ushort ProgramCodeSegment = 0x33;

    /// <summary>__USER_DS.</summary>
    internal const ushort ProgramStackSegment = 0x2b;

    // DF, and the processor's RF and TF, which are not the handler's.
    private const ulong FlagsCleared = (1 << 10) | (1 << 16) | (1 << 8);

    // struct rt_sigframe, the alignments, the red zone and the magic number behind the state (get_sigframe_size).
    private const int Padding = (int)(VectorAlignment - 1 + FrameAlignment + RedZone + MagicBytes);

    // MINSIGSTKSZ of the C library on x86-64: no program expects less.
    private const int Least = 2048;

    /// <summary>How many bytes a frame takes at most.</summary>
    /// <param name="vectorState">Bytes of the processor's vector state.</param>
    internal static uint SizeWith(int vectorState) => (uint)Math.Max(Least, (sizeof(RealTimeSignalFrame) + Padding + vectorState + 15) & ~15);

    /// <summary>Finds the place for a frame.</summary>
    /// <param name="stackPointer">The application's rsp.</param>
    /// <param name="actionFlags">SA_ flags.</param>
    /// <param name="alternate">The alternate stack.</param>
    /// <param name="vectorBytes">Bytes of the vector state with what lies behind it.</param>
    /// <param name="frame">Where the frame goes.</param>
    /// <param name="vectors">Where the vector state goes.</param>
    /// <returns>False if the alternate stack is too small.</returns>
    internal static bool TryPlace(ulong stackPointer, ulong actionFlags, in SignalStack alternate, uint vectorBytes, out ulong frame, out ulong vectors)
    {
        bool onAlternate = AlternateStack.IsInUse(alternate, stackPointer);
        ulong at = stackPointer - RedZone;
        if ((actionFlags & SignalActionFlags.OnStack) != 0 && AlternateStack.Mode(alternate, at) == 0)
        {
            at = alternate.Base + alternate.Size;
            onAlternate = true;
        }

        vectors = (at - vectorBytes) & ~(VectorAlignment - 1);

        // As if the handler had been called: a return address below 16 bytes' alignment.
        frame = ((vectors - (ulong)sizeof(RealTimeSignalFrame)) & ~(FrameAlignment - 1)) - sizeof(ulong);
        return !onAlternate || AlternateStack.Holds(alternate, frame);
    }

    /// <summary>Bytes of the vector state on the stack, with the magic number behind it where the processor has XSAVE.</summary>
    internal static uint VectorBytes(int size, ulong components) => (uint)size + (components != 0 ? MagicBytes : 0);

    /// <summary>Completes the saved vector state as programs expect it.</summary>
    /// <param name="area">An area saved by XSAVE or FXSAVE, with the magic number's room behind it.</param>
    /// <param name="xmm">xmm0 to xmm15 of the application.</param>
    /// <param name="size">Bytes of the area.</param>
    /// <param name="components">The components that are saved; 0: FXSAVE.</param>
    internal static void DescribeVectors(byte* area, XmmRegisters* xmm, int size, ulong components)
    {
        *(XmmRegisters*)(area + VectorLayout.Xmm) = *xmm;
        if (components == 0)
        {
            return;
        }

        *(ulong*)(area + VectorLayout.Header) |= VectorLayout.LegacyComponents;
        *(ExtendedStateDescription*)(area + ExtendedStateDescription.Offset) = new ExtendedStateDescription
        {
            Magic = ExtendedStateDescription.FirstMagic,
            ExtendedSize = (uint)size + MagicBytes,
            Components = components,
            AreaSize = (uint)size,
        };
    }

    /// <summary>Writes the frame and makes the registers call the handler.</summary>
    /// <param name="registers">The application's registers.</param>
    /// <param name="delivery">What is delivered.</param>
    /// <param name="self">The running thread.</param>
    /// <param name="area">The vector state, as <see cref="DescribeVectors"/> left it.</param>
    /// <param name="size">Bytes of the area.</param>
    /// <param name="components">Its components; 0: FXSAVE.</param>
    /// <returns>False if the application's stack cannot take it.</returns>
    internal static bool TryWrite(TrapFrame* registers, SignalDelivery* delivery, ThreadSignals* self, byte* area, int size, ulong components)
    {
        ulong flags = delivery->Action.Flags;
        uint magic = ExtendedStateDescription.SecondMagic;
        if ((flags & SignalActionFlags.Restorer) == 0
            || !TryPlace(registers->Rsp, flags, self->AlternateStack, VectorBytes(size, components), out ulong at, out ulong vectors)
            || !TryCopy(vectors, area, (ulong)size)
            || (components != 0 && !TryCopy(vectors + (ulong)size, &magic, sizeof(uint))))
        {
            return false;
        }

        ulong mask = self->HasSavedMask ? self->SavedMask : self->Blocked;
        RealTimeSignalFrame frame = new()
        {
            ReturnAddress = delivery->Action.Restorer,
            Context = new UserContext
            {
                Flags = (components != 0 ? UserContext.HasExtendedState : 0) | UserContext.HasStackSegment | UserContext.RestoresStackSegment,
                Stack = self->AlternateStack,
                Mask = mask,
            },
        };
        Store(registers, self, mask, vectors, &frame.Context.Registers);

        // Linux leaves alone what nobody asked for.
        ulong bytes = (ulong)sizeof(RealTimeSignalFrame);
        if ((flags & SignalActionFlags.Information) != 0)
        {
            frame.Information = delivery->Information;
        }
        else
        {
            bytes -= (ulong)sizeof(SignalInformation);
        }

        if (!TryCopy(at, &frame, bytes))
        {
            return false;
        }

        registers->Rdi = (ulong)delivery->Information.Number;
        registers->Rsi = at + 8 + (ulong)sizeof(UserContext);
        registers->Rdx = at + 8;
        registers->Rax = 0;
        registers->Rip = delivery->Action.Handler;
        registers->Rsp = at;
        registers->Rflags &= ~FlagsCleared;
        return true;
    }

    // Waiting for a foreign page would let another thread use the area of the vectors: see Delivery.
    private static bool TryCopy(ulong to, void* from, ulong bytes) => UserMemory.IsInside(to, bytes) && UserAccess.CopyOut(to, from, bytes) == 0;

    private static void Store(TrapFrame* from, ThreadSignals* self, ulong mask, ulong vectors, SignalContext* to)
    {
        *to = new SignalContext
        {
            R8 = from->R8,
            R9 = from->R9,
            R10 = from->R10,
            R11 = from->R11,
            R12 = from->R12,
            R13 = from->R13,
            R14 = from->R14,
            R15 = from->R15,
            Rdi = from->Rdi,
            Rsi = from->Rsi,
            Rbp = from->Rbp,
            Rbx = from->Rbx,
            Rdx = from->Rdx,
            Rax = from->Rax,
            Rcx = from->Rcx,
            Rsp = from->Rsp,
            Rip = from->Rip,
            Rflags = from->Rflags,
            Cs = ProgramCodeSegment,
            Ss = ProgramStackSegment,
            Error = self->Fault.Error,
            Trap = self->Fault.Trap,
            OldMask = mask,
            Cr2 = self->Fault.Address,
            VectorState = vectors,
        };
    }
}
