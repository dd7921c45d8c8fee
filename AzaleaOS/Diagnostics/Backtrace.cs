using FrameState = AzaleaOS.Abi.SymbolTableFormat.FrameState;

namespace AzaleaOS.Diagnostics;

/// <summary>Prints who called whom, from the stack.</summary>
/// <remarks>
/// Runs while a fault is reported, so it must not fault itself: a word is read only if it lies in a
/// stack that is known to be mapped, and the number of lines is limited. Passes through interrupt,
/// exception and system-call entries, whose frames say where the interrupted code's registers are.
/// </remarks>
internal static unsafe class Backtrace
{
    private const int MaximumLines = 64;

    /// <summary>Kernel addresses begin here; what is below belongs to the application.</summary>
    private const ulong KernelHalf = 0xffff_8000_0000_0000;

    /// <summary>The mapped stack that an address lies in. Set by the layer that makes stacks; null while there is only the boot stack.</summary>
    internal static delegate*<ulong, StackBounds> StackOf;

    /// <summary>Prints a backtrace.</summary>
    /// <param name="rip">Where it begins.</param>
    /// <param name="rsp">The stack pointer there.</param>
    /// <param name="rbp">rbp there.</param>
    /// <param name="interrupted">rip is the instruction itself, not the one behind a call.</param>
    internal static void Print(ulong rip, ulong rsp, ulong rbp, bool interrupted)
    {
        delegate*<ulong, StackBounds> stackOf = StackOf;
        if (stackOf == null) stackOf = &BootStack;
        Print(KernelSymbols.Table, rip, rsp, rbp, interrupted, stackOf, &Print);
    }

    /// <summary>Prints a backtrace, with everything it depends on given.</summary>
    internal static void Print(
        SymbolTable table,
        ulong rip,
        ulong rsp,
        ulong rbp,
        bool interrupted,
        delegate*<ulong, StackBounds> stackOf,
        delegate*<ReadOnlySpan<byte>, void> print)
    {
        for (int i = 0; i < MaximumLines; i++)
        {
            // Behind a call that does not return may lie the next function already.
            bool known = table.TryFind(interrupted ? rip : rip - 1, out SymbolTable.Symbol symbol);
            PrintLine(rip, known, symbol, print);
            ulong callerRip;
            ulong callerRsp;
            if (!known)
            {
                // A call of a bad pointer: the caller is on top of the stack.
                if (i != 0 || !interrupted || !TryRead(rsp, stackOf, out callerRip)) return;
                callerRsp = rsp + 8;
                interrupted = false;
            }
            else
            {
                SymbolTable.FrameRule frame = symbol.Frame;
                if ((frame.Flags & (FrameState.FromRsp | FrameState.FromRbp)) == 0) return;
                ulong cfa = ((frame.Flags & FrameState.FromRsp) != 0 ? rsp : rbp) + (ulong)frame.Base;
                callerRsp = cfa;
                if (!TryRead(cfa + (ulong)frame.ReturnAddress, stackOf, out callerRip)) return;
                if ((frame.Flags & FrameState.SavedRsp) != 0
                    && !TryRead(cfa + (ulong)frame.Rsp, stackOf, out callerRsp)) return;
                if ((frame.Flags & FrameState.SavedRbp) != 0
                    && !TryRead(cfa + (ulong)frame.Rbp, stackOf, out rbp)) return;
                interrupted = (frame.Flags & FrameState.Interrupted) != 0;

                // Only an interrupt changes the stack; calls go up.
                if (!interrupted && (frame.Flags & FrameState.SavedRsp) == 0 && callerRsp <= rsp) return;
            }

            if (callerRip == 0) return;
            rip = callerRip;
            rsp = callerRsp;
        }

        print("  ..."u8);
    }

    private static bool TryRead(ulong address, delegate*<ulong, StackBounds> stackOf, out ulong word)
    {
        word = 0;
        if (!stackOf(address).HoldsWord(address)) return false;
        word = *(ulong*)address;
        return true;
    }

    private static void PrintLine(ulong rip, bool known, SymbolTable.Symbol symbol, delegate*<ReadOnlySpan<byte>, void> print)
    {
        Span<byte> memory = stackalloc byte[256];
        TextBuffer line = new(memory);
        line.Append("  at "u8);
        if (known)
        {
            line.Append(symbol.Type);
            if (!symbol.Type.IsEmpty) line.Append((byte)'.');
            line.Append(symbol.Name);
            if (symbol.Line != 0)
            {
                line.Append(" in "u8);
                line.Append(symbol.File);
                if (symbol.IsFileOfType)
                {
                    line.Append(TextBuffer.BehindLast(symbol.Type, (byte)'.'));
                    line.Append(".cs"u8);
                }

                line.Append((byte)':');
                line.Append((ulong)symbol.Line);
            }
            else
            {
                line.Append("+0x"u8);
                line.AppendHex(rip - symbol.Start, 1);
            }
        }
        else
        {
            line.Append("0x"u8);
            line.AppendHex(rip, 1);
            if (rip < KernelHalf) line.Append(" (application)"u8);
        }

        print(line.Written);
    }

    private static void Print(ReadOnlySpan<byte> line) => Log.Line($"{line}");

    /// <summary>The boot stack is in the kernel's .bss.</summary>
    private static StackBounds BootStack(ulong address) => new(KernelImage.DataBegin, KernelImage.DataEnd);
}
