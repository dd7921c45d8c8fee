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
