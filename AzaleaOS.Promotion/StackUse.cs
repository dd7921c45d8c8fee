using Iced.Intel;

namespace AzaleaOS.Promotion;

/// <summary>What a function does with the bytes below its stack pointer, and with the direction flag.</summary>
/// <remarks>Source: System V ABI for AMD64, 3.2.2, the red zone: 128 bytes below rsp that no signal or interrupt changes, but a call does.</remarks>
internal sealed class StackUse
{
    private const int SlotBytes = 8;
    private const int RedZoneBytes = 128;

    private StackUse()
    {
    }

    /// <summary>The function may keep something below rsp.</summary>
    internal bool UsesRedZone { get; private set; }

    /// <summary>The function may set the direction flag.</summary>
    internal bool SetsDirection { get; private set; }

    /// <summary>The function may give rsp a value that is no stack, where a call faults and <c>syscall</c> does not.</summary>
    internal bool ReplacesStack { get; private set; }

    /// <summary>Looks at all pieces of a function.</summary>
    /// <param name="pieces">Its instructions.</param>
    /// <param name="targets">Where control may come from elsewhere.</param>
    internal static StackUse Of(IReadOnlyList<List<Instruction>> pieces, AddressSet targets)
    {
        var use = new StackUse();
        Instruction[] all = [.. pieces.SelectMany(piece => piece)];
        var flow = new StackCopies(all, targets);
        long deepest = all.Select(Lowering).DefaultIfEmpty(0).Max();
        var depths = new Dictionary<Register, long>();
        foreach (List<Instruction> piece in pieces)
        {
            for (int i = 0; i < piece.Count; i++)
            {
                use.ReplacesStack |= Replaces(piece[i]);
                use.SetsDirection |= piece[i].Mnemonic is Mnemonic.Std or Mnemonic.Popf or Mnemonic.Popfq;
                if (StackCopies.TryCopy(piece[i], out Register copy, out long above))
                {
                    long depth = DepthBehind(piece, i) + above;
                    depths[copy] = depths.TryGetValue(copy, out long other) ? Math.Min(depth, other) : depth;
                }
            }
        }

        // A copy of a copy is as deep as the shallowest. What is farther down than all the function lowers rsp by, and the red zone, is in neither.
        long shallowest = depths.Count == 0 ? 0 : depths.Values.Min();
        long lowest = all.Any(LowersUnboundedly) ? long.MaxValue : all.Sum(Lowering) + RedZoneBytes;
        for (int i = 0; i < all.Length; i++)
            use.UsesRedZone |= IsBelow(all[i], register => flow.MayHoldStack(i, register), register => depths.GetValueOrDefault(register, shallowest), deepest, lowest);
        return use;
    }

    private static bool IsBelow(in Instruction instruction, Func<Register, bool> mayHoldStack, Func<Register, long> depthOf, long deepest, long lowest)
    {
        Register register = instruction.MemoryBase;
        long displacement = (long)instruction.MemoryDisplacement64;
        if (register == Register.None || displacement >= 0 || !HasMemory(instruction))
            return false;
        if (register == Register.RSP)
        {
            bool movesStack = instruction.Mnemonic == Mnemonic.Lea && instruction.Op0Register == Register.RSP;
            bool isArray = instruction.MemoryIndex != Register.None && -displacement <= deepest;
            return !movesStack && !isArray && (-displacement <= RedZoneBytes || instruction.MemoryIndex != Register.None);
        }

        // An element of an array on the stack, reckoned from its end as above; nothing is kept where nothing is written.
        bool isElement = instruction.MemoryIndex != Register.None && -displacement <= deepest && instruction.Mnemonic != Mnemonic.Lea && !WritesMemory(instruction);
        return !isElement && mayHoldStack(register) && -displacement > depthOf(register) && (-displacement <= lowest || instruction.MemoryIndex != Register.None);
    }

    private static bool WritesMemory(in Instruction instruction)
    {
        foreach (UsedMemory used in new InstructionInfoFactory().GetInfo(instruction).GetUsedMemory())
        {
            if (used.Access is not (OpAccess.Read or OpAccess.CondRead or OpAccess.NoMemAccess or OpAccess.None))
                return true;
        }

        return false;
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

    // The end of a frame is no other stack.
    private static bool Replaces(Instruction instruction)
    {
        bool firstIsStack = instruction.Op0Kind == OpKind.Register && instruction.Op0Register.GetFullRegister() == Register.RSP;
        bool secondIsStack = instruction.OpCount > 1 && instruction.Op1Kind == OpKind.Register && instruction.Op1Register.GetFullRegister() == Register.RSP;
        return instruction.Mnemonic switch
        {
            Mnemonic.Mov => firstIsStack && !(instruction.Op1Kind == OpKind.Register && instruction.Op1Register == Register.RBP),
            Mnemonic.Pop => firstIsStack,
            Mnemonic.Xchg => firstIsStack || secondIsStack,
            _ => false,
        };
    }

    // alloca, and the alignment of a frame.
    private static bool LowersUnboundedly(Instruction instruction)
        => instruction.Mnemonic is Mnemonic.Sub or Mnemonic.And or Mnemonic.Add && instruction.Op0Kind == OpKind.Register && instruction.Op0Register == Register.RSP
            && (instruction.Mnemonic == Mnemonic.And || instruction.Op1Kind == OpKind.Register);

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
