using Iced.Intel;

namespace AzaleaOS.Promotion;

/// <summary>Instructions that stand somewhere else, with a return address on the stack that was not there before.</summary>
internal static class DisplacedCode
{
    private const int ReturnAddressBytes = 8;

    /// <summary>True if an instruction does the same elsewhere, and cannot fault there.</summary>
    /// <remarks>A fault's address is looked up in tables, by .NET and by exception handlers; a stub is in none.</remarks>
    internal static bool CanMove(in Instruction instruction)
    {
        if (instruction.IsInvalid || instruction.FlowControl != FlowControl.Next || instruction.IsStackInstruction || instruction.IsPrivileged
            || instruction.HasLockPrefix || instruction.IsSaveRestoreInstruction)
            return false;
        for (int i = 0; i < instruction.OpCount; i++)
        {
            switch (instruction.GetOpKind(i))
            {
                case OpKind.Register when instruction.GetOpRegister(i).GetFullRegister() == Register.RSP:
                    return false;
                case OpKind.Memory when !IsSafeMemory(instruction):
                case OpKind.MemorySegSI or OpKind.MemorySegESI or OpKind.MemorySegRSI or OpKind.MemoryESDI or OpKind.MemoryESEDI or OpKind.MemoryESRDI:
                    return false;
            }
        }

        return instruction.Mnemonic is not (Mnemonic.Div or Mnemonic.Idiv or Mnemonic.Rdpkru or Mnemonic.Wrpkru);
    }

    /// <summary>True if an instruction does the same a few bytes earlier in its function, for whoever unwinds through it as well.</summary>
    /// <remarks>Where a register that a caller needs is stored on the stack, unwinding entries say from which byte on it is there.</remarks>
    internal static bool CanStay(in Instruction instruction)
    {
        if (instruction.IsInvalid || instruction.FlowControl != FlowControl.Next || instruction.IsStackInstruction || instruction.IsPrivileged
            || instruction.IsSaveRestoreInstruction || instruction.MemoryBase == Register.RSP)
            return false;
        for (int i = 0; i < instruction.OpCount; i++)
        {
            if (instruction.GetOpKind(i) == OpKind.Register && instruction.GetOpRegister(i).GetFullRegister() == Register.RSP)
                return false;
        }

        return true;
    }

    /// <summary>Instructions for another address.</summary>
    /// <exception cref="PromotionException">One cannot be encoded there.</exception>
    internal static byte[] Encode(IEnumerable<Instruction> instructions, ulong address)
    {
        using var bytes = new MemoryStream();
        var block = new InstructionBlock(new StreamCodeWriter(bytes), [.. instructions], address);
        return BlockEncoder.TryEncode(64, block, out string? error, out _, BlockEncoderOptions.DontFixBranches)
            ? bytes.ToArray()
            : throw new PromotionException($"instructions cannot be moved to {address:x}: {error}");
    }

    /// <summary>The instruction as it has to be where a return address lies on top of the stack.</summary>
    internal static Instruction Adjust(Instruction instruction)
    {
        if (instruction.MemoryBase == Register.RSP)
        {
            ulong displacement = instruction.MemoryDisplacement64 + ReturnAddressBytes;
            instruction.MemoryDisplacement64 = displacement;
            instruction.MemoryDisplSize = displacement <= (ulong)sbyte.MaxValue ? 1 : 8;
        }

        return instruction;
    }

    // The stack above rsp is there; so is the program's own data.
    private static bool IsSafeMemory(in Instruction instruction)
    {
        if (instruction.MemoryIndex.GetFullRegister() == Register.RSP)
            return false;
        if (instruction.MemoryBase == Register.RSP)
            return (long)instruction.MemoryDisplacement64 >= 0 && instruction.SegmentPrefix == Register.None;
        return instruction.Mnemonic == Mnemonic.Lea ? instruction.MemoryBase != Register.ESP : instruction.IsIPRelativeMemoryOperand && instruction.SegmentPrefix == Register.None;
    }
}
