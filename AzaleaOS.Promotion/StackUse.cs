using Iced.Intel;

namespace AzaleaOS.Promotion;

/// <summary>What a function does with the bytes below its stack pointer, and with the direction flag.</summary>
/// <remarks>Source: System V ABI for AMD64, 3.2.2, the red zone: 128 bytes below rsp that no signal or interrupt changes, but a call does.</remarks>
internal sealed class StackUse
{
    private const int SlotBytes = 8;

    private StackUse()
    {
    }

    /// <summary>The function may keep something below rsp.</summary>
    internal bool UsesRedZone { get; private set; }

    /// <summary>The function may set the direction flag.</summary>
    internal bool SetsDirection { get; private set; }

    /// <summary>Looks at all pieces of a function.</summary>
    internal static StackUse Of(IReadOnlyList<List<Instruction>> pieces)
    {
        var use = new StackUse();

        // Registers that hold a former rsp, and how far rsp is surely below it.
        var frames = new Dictionary<Register, long>();
        long deepest = pieces.SelectMany(piece => piece).Select(Lowering).DefaultIfEmpty(0).Max();
        foreach (List<Instruction> piece in pieces)
        {
            for (int i = 0; i < piece.Count; i++)
            {
                Instruction instruction = piece[i];
                use.SetsDirection |= instruction.Mnemonic is Mnemonic.Std or Mnemonic.Popf or Mnemonic.Popfq;
                if (instruction.Mnemonic == Mnemonic.Mov && instruction.Op1Kind == OpKind.Register && instruction.Op1Register == Register.RSP && instruction.Op0Kind == OpKind.Register)
                {
                    long depth = DepthBehind(piece, i);
                    Register frame = instruction.Op0Register;
                    frames[frame] = frames.TryGetValue(frame, out long other) ? Math.Min(depth, other) : depth;
                }
            }
        }

        foreach (Instruction instruction in pieces.SelectMany(piece => piece))
            use.UsesRedZone |= IsBelow(instruction, frames, deepest);
        return use;
    }

    private static bool IsBelow(in Instruction instruction, Dictionary<Register, long> frames, long deepest)
    {
        Register register = instruction.MemoryBase;
        long displacement = (long)instruction.MemoryDisplacement64;
        if (register == Register.None || displacement >= 0 || !HasMemory(instruction))
            return false;
        if (register == Register.RSP)
        {
            bool movesStack = instruction.Mnemonic == Mnemonic.Lea && instruction.Op0Register == Register.RSP;
            bool isArray = instruction.MemoryIndex != Register.None && -displacement <= deepest;
            return !movesStack && !isArray;
        }

        return frames.TryGetValue(register, out long depth) && -displacement > depth;
    }

    private static bool HasMemory(in Instruction instruction)
    {
        for (int i = 0; i < instruction.OpCount; i++)
        {
            if (instruction.GetOpKind(i) == OpKind.Memory)
                return true;
        }

        return false;
    }

    /// <summary>How far rsp is lowered in a straight line behind an instruction.</summary>
    private static long DepthBehind(List<Instruction> piece, int index)
    {
        long depth = 0;
        for (int i = index + 1; i < piece.Count && piece[i].FlowControl == FlowControl.Next; i++)
        {
            Instruction instruction = piece[i];
            if (instruction.Mnemonic is Mnemonic.Pop or Mnemonic.Leave || (instruction.Mnemonic == Mnemonic.Add && instruction.Op0Register == Register.RSP))
                break;
            depth += Lowering(instruction);
        }

        return depth;
    }

    private static long Lowering(Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Push => SlotBytes,
        Mnemonic.Sub when instruction.Op0Kind == OpKind.Register && instruction.Op0Register == Register.RSP && instruction.Op1Kind != OpKind.Register && instruction.Op1Kind != OpKind.Memory
            => Math.Max(0, (long)instruction.GetImmediate(1)),
        Mnemonic.Lea when instruction.Op0Register == Register.RSP && instruction.MemoryBase == Register.RSP && instruction.MemoryIndex == Register.None
            => Math.Max(0, -(long)instruction.MemoryDisplacement64),
        _ => 0,
    };
}
