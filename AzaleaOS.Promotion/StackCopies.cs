using Iced.Intel;

namespace AzaleaOS.Promotion;

/// <summary>Which registers of a function may hold a former value of rsp, before each instruction.</summary>
internal sealed class StackCopies
{
    private readonly Instruction[] _instructions;
    private readonly uint?[] _before;
    private readonly uint _everywhere;

    internal StackCopies(Instruction[] instructions, AddressSet targets)
    {
        _instructions = instructions;
        _before = new uint?[instructions.Length];
        var indices = new Dictionary<ulong, int>();
        for (int i = 0; i < instructions.Length; i++)
        {
            indices[instructions[i].IP] = i;
            if (TryCopy(instructions[i], out Register copy, out _))
                _everywhere |= Bit(copy);
        }

        if (_everywhere == 0)
            return;
        int[] labels = [.. Enumerable.Range(0, instructions.Length).Where(i => targets.Contains(instructions[i].IP))];
        var work = new Stack<int>();
        if (instructions.Length > 0)
            Reach(0, 0);
        while (work.TryPop(out int index))
        {
            Instruction instruction = instructions[index];
            uint after = After(instruction, _before[index]!.Value);
            switch (instruction.FlowControl)
            {
                case FlowControl.Return or FlowControl.Exception:
                    break;
                case FlowControl.IndirectBranch:
                    foreach (int label in labels)
                        Reach(label, after);
                    break;
                case FlowControl.UnconditionalBranch:
                    Branch(instruction.NearBranchTarget, after);
                    break;
                case FlowControl.ConditionalBranch:
                    Branch(instruction.NearBranchTarget, after);
                    Branch(instruction.NextIP, after);
                    break;
                default:
                    Branch(instruction.NextIP, after);
                    break;
            }
        }

        void Branch(ulong address, uint state)
        {
            if (indices.TryGetValue(address, out int index))
                Reach(index, state);
        }

        void Reach(int index, uint state)
        {
            uint? known = _before[index];
            if (known is { } before && (before | state) == before)
                return;
            _before[index] = (known ?? 0) | state;
            work.Push(index);
        }
    }

    /// <summary>True if an instruction copies rsp, or an address above it; that is <paramref name="above"/> bytes higher.</summary>
    internal static bool TryCopy(in Instruction instruction, out Register copy, out long above)
    {
        copy = Register.None;
        above = 0;
        if (instruction.Op0Kind != OpKind.Register || instruction.Op0Register == Register.RSP)
            return false;
        bool isMove = instruction.Mnemonic == Mnemonic.Mov && instruction.Op1Kind == OpKind.Register && instruction.Op1Register == Register.RSP;
        bool isAddress = instruction.Mnemonic == Mnemonic.Lea && instruction.MemoryBase == Register.RSP && instruction.MemoryIndex == Register.None
            && (long)instruction.MemoryDisplacement64 >= 0;
        if (!isMove && !isAddress)
            return false;
        copy = instruction.Op0Register.GetFullRegister();
        above = isAddress ? (long)instruction.MemoryDisplacement64 : 0;
        return true;
    }

    /// <summary>True if a register may hold a former rsp before an instruction. What no way was found to is taken for the worst.</summary>
    internal bool MayHoldStack(int index, Register register) => ((_before[index] ?? _everywhere) & Bit(register)) != 0;

    private static uint After(in Instruction instruction, uint before)
    {
        uint after = before;
        bool copies = TryCopy(instruction, out Register copy, out _);
        if (!copies && instruction.Mnemonic == Mnemonic.Mov && instruction.Op0Kind == OpKind.Register && instruction.Op1Kind == OpKind.Register
            && (before & Bit(instruction.Op1Register)) != 0)
        {
            copies = true;
            copy = instruction.Op0Register;
        }

        foreach (UsedRegister used in new InstructionInfoFactory().GetInfo(instruction).GetUsedRegisters())
        {
            // A part, or an addition, leaves it near where it was.
            if (used.Access == OpAccess.Write && used.Register.GetSize() >= 4)
                after &= ~Bit(used.Register);
        }

        return copies ? after | Bit(copy) : after;
    }

    private static uint Bit(Register register)
    {
        Register full = register.GetFullRegister();
        return full is >= Register.RAX and <= Register.R15 ? 1u << (full - Register.RAX) : 0;
    }
}
