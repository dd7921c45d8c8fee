using Iced.Intel;

namespace AzaleaOS.Promotion;

/// <summary>With which number a site is made.</summary>
internal static class CallNumbers
{
    private const int Farthest = 16;

    /// <summary>True if the whole of a site's number is known; the calls that do not come back once, to the same stack, are refused by theirs.</summary>
    /// <remarks>A number of which only the lowest byte is written may be any that ends so.</remarks>
    internal static bool IsKnown(CodeMap code, ulong site) => Of(code, site, partly: false) is not null;

    /// <summary>The number that a site is always made with when control comes from above, or null.</summary>
    internal static long? Of(CodeMap code, ulong site) => Of(code, site, partly: true);

    private static long? Of(CodeMap code, ulong site, bool partly)
    {
        ulong address = site;
        for (int i = 0; i < Farthest; i++)
        {
            // What writes it may be where a branch leads to, what follows that may not.
            if (address != site && code.Targets.Contains(address))
                return null;
            if (!code.TryBefore(address, out Instruction instruction) || instruction.FlowControl != FlowControl.Next)
                return null;
            if (Writes(instruction, Register.RAX))
                return ValueOf(code, site, instruction, partly);
            address = instruction.IP;
        }

        return null;
    }

    private static long? ValueOf(CodeMap code, ulong site, in Instruction instruction, bool partly)
    {
        bool isWhole = instruction.Op0Kind == OpKind.Register && instruction.Op0Register is Register.EAX or Register.RAX;
        return instruction.Mnemonic switch
        {
            Mnemonic.Mov when isWhole && IsConstant(instruction) => (uint)instruction.GetImmediate(1),
            Mnemonic.Mov when partly && instruction.Op1Kind == OpKind.Immediate8 && instruction.Op0Register == Register.AL => instruction.Immediate8, // the rest was cleared before
            Mnemonic.Mov when isWhole && instruction.Op1Kind == OpKind.Register => ConstantOf(code, site, instruction.Op1Register.GetFullRegister()),
            Mnemonic.Xor when isWhole && instruction.Op1Kind == OpKind.Register && instruction.Op0Register == instruction.Op1Register => 0,
            _ => null,
        };
    }

    // A register that a function writes once, before its first branch, and never again.
    private static long? ConstantOf(CodeMap code, ulong site, Register register)
    {
        AddressRange[] pieces = [.. code.Functions.PiecesOf(site)];
        if (pieces.Length != 1 || register is Register.RCX or Register.R11)
            return null;
        List<Instruction> instructions = code.DecodeRange(pieces[0]);
        HashSet<ulong> own = [.. instructions.Where(one => one.FlowControl is FlowControl.UnconditionalBranch or FlowControl.ConditionalBranch).Select(one => one.NearBranchTarget)];
        long? value = null;
        bool isFirstBlock = true;
        foreach (Instruction instruction in instructions)
        {
            if (instruction.IP != pieces[0].Start && code.Targets.Contains(instruction.IP))
            {
                if (!own.Contains(instruction.IP))
                    return null;
                isFirstBlock = false;
            }

            if (instruction.Code != Code.Syscall && instruction.FlowControl is FlowControl.Call or FlowControl.IndirectCall)
                return null;
            if (Writes(instruction, register))
            {
                if (value is not null || !isFirstBlock || instruction.Mnemonic != Mnemonic.Mov || !IsConstant(instruction) || instruction.Op0Register.GetSize() < 4)
                    return null;
                value = (uint)instruction.GetImmediate(1);
            }

            isFirstBlock &= instruction.FlowControl == FlowControl.Next;
        }

        return value;
    }

    private static bool IsConstant(in Instruction instruction)
        => instruction.Op1Kind is OpKind.Immediate32 or OpKind.Immediate32to64 or OpKind.Immediate64;

    private static bool Writes(in Instruction instruction, Register register)
    {
        foreach (UsedRegister used in new InstructionInfoFactory().GetInfo(instruction).GetUsedRegisters())
        {
            if (used.Register.GetFullRegister() == register && used.Access is not (OpAccess.Read or OpAccess.CondRead or OpAccess.None or OpAccess.NoMemAccess))
                return true;
        }

        return false;
    }
}
