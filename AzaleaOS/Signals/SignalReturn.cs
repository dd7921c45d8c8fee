using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Signals;

/// <summary>Goes back to what a handler interrupted: rt_sigreturn(2).</summary>
/// <remarks>Everything on the application's stack may have been changed, so it is checked before the processor gets it.</remarks>
internal static unsafe class SignalReturn
{
    // Arithmetic flags, TF, DF, RF and AC (arch/x86/include/asm/sighandling.h, FIX_EFLAGS). IF stays as it is.
    private const ulong FlagsRestored = 0x5_0dd5;
    private const int CanonicalBits = 48;
    private const int RingThree = 3;

    /// <summary>Loads the registers, the mask and the alternate stack from the frame above rsp.</summary>
    /// <param name="registers">The application's, as they are at the call.</param>
    /// <param name="self">The running thread.</param>
    /// <param name="vectors">Where its vector state lies in the frame; 0: it gets a new one.</param>
    /// <param name="canResume">Whether Linux could go back there: to an address that exists, with its own segments.</param>
    /// <returns>False if the frame cannot be read.</returns>
    internal static bool TryRead(TrapFrame* registers, ThreadSignals* self, out ulong vectors, out bool canResume)
    {
        vectors = 0;
        canResume = false;
        ulong at = registers->Rsp - sizeof(ulong);
        if (!UserMemory.TryRead(at + 8, out UserContext context))
        {
            return false;
        }

        SignalState.Enter();
        SignalState.SetBlocked(self, context.Mask);
        SignalState.Exit();

        // An impossible stack changes nothing, as in Linux.
        _ = AlternateStack.Set(ref self->AlternateStack, context.Stack, registers->Rsp);
        self->Restart = default;
        Load(&context.Registers, registers);
        vectors = context.Registers.VectorState;
        canResume = IsCanonical(context.Registers.Rip)
            && (context.Registers.Cs | RingThree) == SignalFrame.ProgramCodeSegment
            && ((context.Flags & UserContext.RestoresStackSegment) == 0 || (context.Registers.Ss | RingThree) == SignalFrame.ProgramStackSegment);
        return true;
    }

    /// <summary>Whether the processor can jump to an address.</summary>
    internal static bool IsCanonical(ulong address) => (ulong)((long)(address << (64 - CanonicalBits)) >> (64 - CanonicalBits)) == address;

    /// <summary>Reads the vector state from the application's stack into an area that can be loaded without a fault.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="area">Where it goes; of <paramref name="size"/> bytes.</param>
    /// <param name="size">Bytes of the processor's area.</param>
    /// <param name="components">The processor's components; 0: FXSAVE.</param>
    /// <param name="mxcsrMask">The bits that may be set in MXCSR.</param>
    /// <returns>False if it cannot be read or is not a state of this processor; the area is undefined then.</returns>
    internal static bool TryReadVectors(ulong address, byte* area, int size, ulong components, uint mxcsrMask)
    {
        const int Legacy = VectorLayout.Header;
        new Span<byte>(area, size).Clear();
        if (UserMemory.CopyIn(area, address, Legacy) != Legacy)
        {
            return false;
        }

        ulong described = VectorLayout.LegacyComponents;
        if (components != 0)
        {
            ExtendedStateDescription description = *(ExtendedStateDescription*)(area + ExtendedStateDescription.Offset);
            uint magic = 0;
            if (IsPossible(description, size) && !UserMemory.TryRead(address + description.AreaSize, out magic))
            {
                return false;
            }

            if (magic == ExtendedStateDescription.SecondMagic)
            {
                ulong rest = description.AreaSize - Legacy;
                if (UserMemory.CopyIn(area + Legacy, address + Legacy, rest) != rest)
                {
                    return false;
                }

                described = description.Components;
            }
            else
            {
                // The legacy part is all there is.
                *(ulong*)(area + Legacy) = VectorLayout.LegacyComponents;
            }
        }

        return Check(area, components, described, mxcsrMask);
    }

    private static bool IsPossible(in ExtendedStateDescription description, int size)
        => description.Magic == ExtendedStateDescription.FirstMagic
            && description.AreaSize >= VectorLayout.Smallest
            && description.AreaSize <= (uint)size
            && description.AreaSize <= description.ExtendedSize;

    // What XRSTOR and FXRSTOR answer with #GP (SDM vol. 1, 13.8.1).
    private static bool Check(byte* area, ulong components, ulong described, uint mxcsrMask)
    {
        if ((*(uint*)(area + VectorLayout.Mxcsr) & ~mxcsrMask) != 0)
        {
            return false;
        }

        if (components == 0)
        {
            return true;
        }

        ulong* header = (ulong*)(area + VectorLayout.Header);
        if ((header[0] & ~components) != 0 || header[1] != 0 || header[2] != 0)
        {
            return false;
        }

        // Components that the frame does not speak of start anew.
        header[0] &= described;
        if ((header[0] & VectorLayout.SseComponent) == 0)
        {
            new Span<byte>(area + VectorLayout.Xmm, sizeof(XmmRegisters)).Clear();
        }

        return true;
    }

    private static void Load(SignalContext* from, TrapFrame* to)
    {
        to->R8 = from->R8;
        to->R9 = from->R9;
        to->R10 = from->R10;
        to->R11 = from->R11;
        to->R12 = from->R12;
        to->R13 = from->R13;
        to->R14 = from->R14;
        to->R15 = from->R15;
        to->Rdi = from->Rdi;
        to->Rsi = from->Rsi;
        to->Rbp = from->Rbp;
        to->Rbx = from->Rbx;
        to->Rdx = from->Rdx;
        to->Rax = from->Rax;
        to->Rcx = from->Rcx;
        to->Rsp = from->Rsp;
        to->Rip = from->Rip;
        to->Rflags = (to->Rflags & ~FlagsRestored) | (from->Rflags & FlagsRestored);
    }
}
