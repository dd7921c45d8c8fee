using Iced.Intel;

namespace AzaleaOS.Build.Checking;

/// <summary>Computes <see cref="RegisterUse"/>: which registers differ at a function's return from what they were at its entry.</summary>
/// <remarks>
/// Follows through every path which registers and stack slots still hold a register's value of the
/// entry. A register that was pushed and popped again is unchanged; so is one that is never written.
/// Stores through other pointers than rsp and rbp are taken not to hit the function's own saved
/// registers. A call through a pointer may reach every function whose address is taken, but for those
/// that are given away. A function
/// that returns on another stack than it was called on has switched threads, so every register may
/// have changed; some functions are known to keep the vector registers. Functions call each other in circles, so the results are computed as the least
/// fixed point.
/// </remarks>
internal sealed class RegisterAnalysis(CodeGraph graph, Func<ulong, bool> neverReturns, Func<ulong, bool> keepsVectors, Func<ulong, bool> isGivenAway)
{
    private const int Rsp = 4;
    private const int Rbp = 5;

    private readonly InstructionInfoFactory _info = new();
    private readonly Dictionary<ulong, RegisterUse> _uses = [];
    private readonly HashSet<ulong> _settled = [];

    /// <summary>The registers that the function at an address may leave changed.</summary>
    internal RegisterUse Of(ulong entry)
    {
        HashSet<ulong> reachable = Reachable(entry);
        bool changed;
        do
        {
            changed = false;
            foreach (ulong function in reachable)
            {
                RegisterUse before = _uses.GetValueOrDefault(function);
                RegisterUse after = before | Analyse(graph.FunctionAt(function)!);
                changed |= before != after;
                _uses[function] = after;
            }
        }
        while (changed);
        _settled.UnionWith(reachable);
        return _uses.GetValueOrDefault(entry);
    }

    private HashSet<ulong> Reachable(ulong entry)
    {
        var reachable = new HashSet<ulong>();
        var pending = new Stack<ulong>([entry]);
        while (pending.TryPop(out ulong at))
        {
            if (_settled.Contains(at) || neverReturns(at) || keepsVectors(at) || graph.FunctionAt(at) is not CodeFunction function || !reachable.Add(at))
                continue;
            foreach (CallSite call in function.Calls)
            {
                foreach (ulong target in Targets(call))
                    pending.Push(target);
            }
        }

        return reachable;
    }

    private IEnumerable<ulong> Targets(CallSite call) => call.Kind switch
    {
        CallKind.Call or CallKind.Tail => [call.Target],
        CallKind.IndirectCall or CallKind.IndirectTail => graph.IndirectTargets(call.Virtual).Where(target => !isGivenAway(target)),
        _ => [],
    };

    /// <summary>What a call through a pointer may leave changed: what any of its possible targets may.</summary>
    private RegisterUse UseOf(CallSite indirect)
    {
        RegisterUse use = default;
        bool any = false;
        foreach (ulong target in Targets(indirect))
        {
            use |= UseOf(target);
            any = true;
        }

        return any ? use : RegisterUse.CallerSaved;
    }

    private RegisterUse UseOf(ulong target)
    {
        if (neverReturns(target))
            return default;
        if (keepsVectors(target))
            return new RegisterUse(RegisterUse.CallerSaved.General, 0);
        return graph.FunctionAt(target) is null ? RegisterUse.CallerSaved : _uses.GetValueOrDefault(target);
    }

    private RegisterUse Analyse(CodeFunction function)
    {
        var states = new Dictionary<ulong, State> { [function.Entry] = State.AtEntry() };
        var pending = new Queue<ulong>([function.Entry]);
        var use = default(RegisterUse);
        void Reach(ulong address, State state)
        {
            if (!function.Instructions.ContainsKey(address))
                return;
            if (!states.TryGetValue(address, out State? known))
            {
                states.Add(address, state.Copy());
                pending.Enqueue(address);
            }
            else if (known.Join(state))
            {
                pending.Enqueue(address);
            }
        }

        Dictionary<ulong, CallSite> tails = [];
        Dictionary<ulong, CallSite> indirect = [];
        foreach (CallSite call in function.Calls)
        {
            if (call.Kind == CallKind.Tail)
                tails[call.Address] = call;
            else if (call.Kind is CallKind.IndirectCall or CallKind.IndirectTail)
                indirect[call.Address] = call;
        }

        while (pending.TryDequeue(out ulong at))
        {
            State state = states[at].Copy();
            Instruction instruction = function.Instructions[at];
            switch (instruction.FlowControl)
            {
                case FlowControl.Return:
                    use |= state.Changed();
                    continue;
                case FlowControl.Exception:
                    continue;
                case FlowControl.Interrupt when instruction.Code == Code.Int3:
                    continue;
                case FlowControl.Call when instruction.IsCallNear:
                    ulong callee = instruction.NearBranchTarget;
                    if (neverReturns(callee))
                        continue;
                    RegisterUse changed = UseOf(callee);
                    use |= new RegisterUse(0, changed.Vector);
                    state.Forget(changed.General);
                    break;
                case FlowControl.IndirectCall:
                    RegisterUse pointed = UseOf(indirect[at]);
                    use |= new RegisterUse(0, pointed.Vector);
                    state.Forget(pointed.General);
                    break;
                case FlowControl.UnconditionalBranch when tails.TryGetValue(at, out CallSite tail):
                    use |= AtTail(state, tail.Target);
                    continue;
                case FlowControl.UnconditionalBranch:
                    Reach(instruction.NearBranchTarget, state);
                    continue;
                case FlowControl.IndirectBranch:
                    foreach (ulong target in function.JumpTargets(at))
                        Reach(target, state);
                    if (function.JumpTargets(at).Count == 0)
                        use |= state.Changed() | UseOf(indirect[at]);
                    continue;
                case FlowControl.ConditionalBranch:
                    use |= Apply(state, instruction);
                    if (tails.TryGetValue(at, out CallSite conditionalTail))
                        use |= AtTail(state, conditionalTail.Target);
                    else
                        Reach(instruction.NearBranchTarget, state);
                    break;
                default:
                    use |= Apply(state, instruction);
                    break;
            }

            if (function.Instructions.ContainsKey(instruction.NextIP))
                Reach(instruction.NextIP, state);
            else if (function.Calls.Any(c => c.Kind == CallKind.Tail && c.Target == instruction.NextIP))
                use |= AtTail(state, instruction.NextIP);
        }

        return use;
    }

    private RegisterUse AtTail(State state, ulong target)
        => neverReturns(target) ? default : state.Changed() | UseOf(target);

    /// <summary>Lets an instruction act on the state.</summary>
    /// <returns>The vector registers that it writes.</returns>
    private RegisterUse Apply(State state, in Instruction instruction)
    {
        if (TryApplyKnown(state, instruction))
            return default;

        ushort vector = 0;
        InstructionInfo info = _info.GetInfo(instruction);
        foreach (UsedMemory memory in info.GetUsedMemory())
        {
            if (IsWrite(memory.Access) && memory.Index == Register.None && memory.Base != Register.None
                && state.Registers[memory.Base.GetFullRegister().GetNumber()] is { Kind: ValueKind.Stack } address)
                state.Overwrite(address.Number + (long)memory.Displacement, Math.Max(memory.MemorySize.GetSize(), 1));
        }

        foreach (UsedRegister used in info.GetUsedRegisters())
        {
            if (!IsWrite(used.Access))
                continue;
            if (used.Register.IsVectorRegister())
                vector |= (ushort)(1 << (used.Register.GetNumber() & 15));
            else if (used.Register.IsGPR())
                state.Registers[used.Register.GetFullRegister().GetNumber()] = default;
        }

        return new RegisterUse(0, vector);
    }

    private static bool TryApplyKnown(State state, in Instruction instruction)
    {
        Value[] registers = state.Registers;
        switch (instruction.Code)
        {
            case Code.Push_r64:
                state.Push(registers[Number(instruction.Op0Register)]);
                return true;
            case Code.Pop_r64:
                Value popped = state.Pop();
                registers[Number(instruction.Op0Register)] = popped;
                return true;
            case Code.Push_rm64 or Code.Pushq_imm32 or Code.Pushq_imm8 or Code.Pushfq:
                state.Push(default);
                return true;
            case Code.Leaveq:
                registers[Rsp] = registers[Rbp];
                registers[Rbp] = state.Pop();
                return true;
            case Code.Mov_r64_rm64 or Code.Mov_rm64_r64 when instruction.Op0Kind == OpKind.Register && instruction.Op1Kind == OpKind.Register:
                registers[Number(instruction.Op0Register)] = registers[Number(instruction.Op1Register)];
                return true;
            case Code.Mov_rm64_r64 when StackAddress(state, instruction) is long place:
                state.Overwrite(place, 8);
                state.Slots[place] = registers[Number(instruction.Op1Register)];
                return true;
            case Code.Mov_r64_rm64 when StackAddress(state, instruction) is long place:
                registers[Number(instruction.Op0Register)] = state.Slots.GetValueOrDefault(place);
                return true;
            case Code.Lea_r64_m when StackAddress(state, instruction) is long place:
                registers[Number(instruction.Op0Register)] = Value.Stack(place);
                return true;
            case Code.Add_rm64_imm8 or Code.Add_rm64_imm32 when Target(state, instruction) is { Kind: ValueKind.Stack } from:
                registers[Number(instruction.Op0Register)] = Value.Stack(from.Number + (long)instruction.GetImmediate(1));
                return true;
            case Code.Sub_rm64_imm8 or Code.Sub_rm64_imm32 when Target(state, instruction) is { Kind: ValueKind.Stack } from:
                registers[Number(instruction.Op0Register)] = Value.Stack(from.Number - (long)instruction.GetImmediate(1));
                return true;
            case Code.Pushw_imm8 or Code.Push_imm16 or Code.Push_r16 or Code.Push_rm16:
                registers[Rsp] = default;
                return true;
            case Code.VEX_Vzeroupper: // SDM vol. 2: bits 127 to 0 of all registers stay
                return true;
            default:
                return false;
        }
    }

    private static Value? Target(State state, in Instruction instruction)
        => instruction.Op0Kind == OpKind.Register ? state.Registers[Number(instruction.Op0Register)] : null;

    private static long? StackAddress(State state, in Instruction instruction)
    {
        if (instruction.MemoryIndex != Register.None || !instruction.MemoryBase.IsGPR64() || instruction.SegmentPrefix != Register.None)
            return null;
        Value value = state.Registers[Number(instruction.MemoryBase)];
        return value.Kind == ValueKind.Stack ? value.Number + (long)instruction.MemoryDisplacement64 : null;
    }

    private static int Number(Register register) => register.GetNumber();

    private static bool IsWrite(OpAccess access)
        => access is OpAccess.Write or OpAccess.CondWrite or OpAccess.ReadWrite or OpAccess.ReadCondWrite;

    private enum ValueKind
    {
        Unknown,
        Entry,
        Stack,
    }

    /// <summary>What is known of a register or stack slot: the value a register had at entry, or entry's rsp plus a number.</summary>
    private readonly record struct Value(ValueKind Kind, long Number)
    {
        internal static Value Entry(int register) => new(ValueKind.Entry, register);

        internal static Value Stack(long offset) => new(ValueKind.Stack, offset);
    }

    private sealed class State
    {
        internal Value[] Registers { get; private init; } = new Value[16];

        internal Dictionary<long, Value> Slots { get; private init; } = [];

        internal static State AtEntry()
        {
            var state = new State();
            for (int i = 0; i < state.Registers.Length; i++)
                state.Registers[i] = Value.Entry(i);
            state.Registers[Rsp] = Value.Stack(0);
            return state;
        }

        internal State Copy() => new() { Registers = [.. Registers], Slots = new Dictionary<long, Value>(Slots) };

        /// <summary>Keeps only what both states agree on.</summary>
        /// <returns>Whether something was lost.</returns>
        internal bool Join(State other)
        {
            bool lost = false;
            for (int i = 0; i < Registers.Length; i++)
            {
                if (Registers[i].Kind == ValueKind.Unknown || Registers[i] == other.Registers[i])
                    continue;
                Registers[i] = default;
                lost = true;
            }

            foreach ((long place, Value value) in Slots.ToArray())
            {
                if (other.Slots.TryGetValue(place, out Value theirs) && theirs == value)
                    continue;
                Slots.Remove(place);
                lost = true;
            }

            return lost;
        }

        internal void Push(Value value)
        {
            if (Registers[Rsp].Kind != ValueKind.Stack)
                return;
            long place = Registers[Rsp].Number - 8;
            Registers[Rsp] = Value.Stack(place);
            Overwrite(place, 8);
            Slots[place] = value;
        }

        internal Value Pop()
        {
            if (Registers[Rsp].Kind != ValueKind.Stack)
                return default;
            long place = Registers[Rsp].Number;
            Registers[Rsp] = Value.Stack(place + 8);
            return Slots.GetValueOrDefault(place);
        }

        internal void Overwrite(long place, int size)
        {
            foreach (long slot in Slots.Keys.Where(s => s < place + size && s + 8 > place).ToArray())
                Slots.Remove(slot);
        }

        /// <summary>A callee may have changed these.</summary>
        internal void Forget(ushort general)
        {
            for (int i = 0; i < Registers.Length; i++)
            {
                if (i != Rsp && (general & (1 << i)) != 0)
                    Registers[i] = default;
            }

            // What lies below rsp belongs to the callee.
            if (Registers[Rsp].Kind == ValueKind.Stack)
            {
                foreach (long slot in Slots.Keys.Where(s => s < Registers[Rsp].Number).ToArray())
                    Slots.Remove(slot);
            }

            if ((general & (1 << Rsp)) != 0)
                Registers[Rsp] = default;
        }

        internal RegisterUse Changed()
        {
            if (Registers[Rsp] != Value.Stack(0))
                return RegisterUse.Everything;
            int general = 0;
            for (int i = 0; i < Registers.Length; i++)
            {
                if (i != Rsp && Registers[i] != Value.Entry(i))
                    general |= 1 << i;
            }

            return new RegisterUse((ushort)general, 0);
        }
    }
}
