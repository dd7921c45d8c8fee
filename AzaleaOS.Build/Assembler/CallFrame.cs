using Iced.Intel;

namespace AzaleaOS.Build.Assembler;

/// <summary>Says, for each instruction of an assembler method, where the caller's registers are.</summary>
/// <remarks>
/// Pushes, pops and constant changes of rsp are followed without help, also across branches to labels, and
/// so are callee-saved registers that are pushed. A method that loads rsp from elsewhere says where
/// the caller's frame is, right behind that instruction.
/// The canonical frame address (CFA) is the caller's rsp behind the call.
/// Source: DWARF 4, 6.4; System V ABI for AMD64, 3.6.2.
/// </remarks>
public sealed class CallFrame
{
    private readonly KernelAssembler _assembler;
    private readonly List<(int Index, bool SetsCfa, Action<FrameState> Apply)> _directives = [];

    internal CallFrame(KernelAssembler assembler) => _assembler = assembler;

    /// <summary>The method has no call frame at all: an entry that no one unwinds from.</summary>
    internal bool IsOff { get; private set; }

    /// <summary>The method runs when something was interrupted: every pushed register is that code's, and rip is exact, not a return address.</summary>
    internal bool IsSignalFrame { get; private set; }

    /// <summary>The CFA is <paramref name="offset"/> bytes above <paramref name="register"/> from here on.</summary>
    public void Cfa(Register register, int offset) => Add(setsCfa: true, s => (s.CfaRegister, s.CfaOffset) = (FrameState.Number(register), offset));

    /// <summary>The caller's register was stored <paramref name="offset"/> bytes above (below, if negative) the CFA.</summary>
    public void Saved(Register register, int offset) => Add(setsCfa: false, s => s.Rules[FrameState.Number(register)] = new FrameRule(FrameRuleKind.Offset, offset));

    /// <summary>The caller's register is in another register.</summary>
    public void InRegister(Register register, Register holder)
        => Add(setsCfa: false, s => s.Rules[FrameState.Number(register)] = new FrameRule(FrameRuleKind.Register, FrameState.Number(holder)));

    /// <summary>The caller's register is lost.</summary>
    public void Lost(Register register) => Add(setsCfa: false, s => s.Rules[FrameState.Number(register)] = new FrameRule(FrameRuleKind.Undefined, 0));

    /// <summary>The caller's register is as it was.</summary>
    public void Unchanged(Register register) => Add(setsCfa: false, s => s.Rules.Remove(FrameState.Number(register)));

    /// <summary>There is no caller: a backtrace ends here.</summary>
    public void NoCaller() => Add(setsCfa: true, s =>
    {
        s.Clear();
        s.Rules[FrameState.Number(Register.RIP)] = new FrameRule(FrameRuleKind.Undefined, 0);
    });

    /// <summary>The state at the first byte behind an interrupt or exception: the processor's five words, and perhaps an error code, are on the stack.</summary>
    /// <remarks>Source: SDM vol. 3A, 6.14.2. The CFA is the end of those words.</remarks>
    public void InterruptEntry(bool errorCode)
    {
        const int Words = 5 * 8;
        IsSignalFrame = true;
        Add(setsCfa: true, s =>
        {
            s.Clear();
            s.CfaOffset = Words + (errorCode ? 8 : 0);
            s.Rules[FrameState.Number(Register.RIP)] = new FrameRule(FrameRuleKind.Offset, -Words);
            s.Rules[FrameState.Number(Register.RSP)] = new FrameRule(FrameRuleKind.Offset, -Words + 24);
        });
    }

    /// <summary>The state at the first byte behind <c>syscall</c>: the return address is in rcx, nothing is on the stack.</summary>
    public void SyscallEntry() => Add(setsCfa: true, s =>
    {
        s.Clear();
        s.CfaOffset = 0;
        s.Rules[FrameState.Number(Register.RIP)] = new FrameRule(FrameRuleKind.Register, FrameState.Number(Register.RCX));
    });

    /// <summary>The state of a called function's first byte, for code that no branch of this method leads to.</summary>
    public void FunctionEntry() => Add(setsCfa: true, s => s.Clear());

    /// <summary>The method gets no call-frame information.</summary>
    public void None() => IsOff = true;

    /// <summary>Follows the instructions and writes down each change.</summary>
    internal FrameTable Table(int start, int length, int[] offsets)
    {
        var rows = new List<(int Offset, FrameState State)>();
        var atLabel = new Dictionary<ulong, FrameState>();
        var state = new FrameState();
        FrameState? unreachable = null;
        bool lostStack = false;
        int nextDirective = 0;
        IReadOnlyList<Instruction> instructions = _assembler.Instructions;
        for (int i = 0; i < instructions.Count; i++)
        {
            Instruction instruction = instructions[i];
            if (instruction.IP != 0 && atLabel.TryGetValue(instruction.IP, out FrameState? branched))
            {
                if (unreachable is not null)
                    state = branched.Copy();
                else if (!state.SameAs(branched) && !HasCfaDirective(nextDirective, i))
                    throw _assembler.Error("AZ3008", $"at {instruction} the stack differs between the ways that lead there; say a.Cfi.Cfa");
                lostStack = false;
            }
            else if (unreachable is not null)
            {
                state = new FrameState();
            }

            unreachable = null;
            for (; nextDirective < _directives.Count && _directives[nextDirective].Index == i; nextDirective++)
            {
                lostStack &= !_directives[nextDirective].SetsCfa;
                _directives[nextDirective].Apply(state);
            }

            if (lostStack)
                throw _assembler.Error("AZ3008", $"before {instruction} rsp was loaded; say where the caller's frame is with a.Cfi.Cfa");
            rows.Add((offsets[i], state.Copy()));
            lostStack = Follow(instruction, state);
            RememberAtTarget(instruction, state, atLabel);
            if (EndsFlow(instruction))
            {
                unreachable = state;
                lostStack = false;
            }
        }

        return new FrameTable(start, length, IsSignalFrame, rows);
    }

    private void Add(bool setsCfa, Action<FrameState> apply) => _directives.Add((_assembler.Instructions.Count, setsCfa, apply));

    private bool HasCfaDirective(int from, int index)
    {
        for (int k = from; k < _directives.Count && _directives[k].Index == index; k++)
        {
            if (_directives[k].SetsCfa)
                return true;
        }

        return false;
    }

    private static bool EndsFlow(in Instruction instruction) => instruction.FlowControl
        is FlowControl.Return or FlowControl.UnconditionalBranch or FlowControl.IndirectBranch
        or FlowControl.Exception;

    private static void RememberAtTarget(in Instruction instruction, FrameState state, Dictionary<ulong, FrameState> atLabel)
    {
        if (instruction.OpCount == 1 && instruction.Op0Kind is OpKind.NearBranch64 or OpKind.NearBranch32
            && instruction.FlowControl is FlowControl.UnconditionalBranch or FlowControl.ConditionalBranch)
        {
            atLabel.TryAdd(instruction.NearBranchTarget, state.Copy());
        }
    }

    /// <summary>The effect of an instruction on the frame; true if rsp now holds something unknown.</summary>
    private bool Follow(in Instruction instruction, FrameState state)
    {
        bool fromStack = state.CfaRegister == FrameState.Number(Register.RSP);
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Push or Mnemonic.Pushfq:
                Grow(state, 8, fromStack);
                if (instruction.Mnemonic == Mnemonic.Push && instruction.Op0Kind == OpKind.Register && fromStack)
                    RememberSaved(instruction.Op0Register, state);
                return false;
            case Mnemonic.Pop when instruction.Op0Kind == OpKind.Register && instruction.Op0Register == Register.RSP:
                return fromStack;
            case Mnemonic.Pop or Mnemonic.Popfq:
                if (instruction.Mnemonic == Mnemonic.Pop && instruction.Op0Kind == OpKind.Register && fromStack)
                    ForgetSaved(instruction.Op0Register, state);
                Grow(state, -8, fromStack);
                return false;
        }

        if (instruction.OpCount < 2 || instruction.Op0Kind != OpKind.Register || instruction.Op0Register != Register.RSP)
            return false;
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Sub when instruction.Op1Kind is not (OpKind.Register or OpKind.Memory):
                Grow(state, (long)instruction.GetImmediate(1), fromStack);
                return false;
            case Mnemonic.Add when instruction.Op1Kind is not (OpKind.Register or OpKind.Memory):
                Grow(state, -(long)instruction.GetImmediate(1), fromStack);
                return false;
            case Mnemonic.Lea when instruction.MemoryBase == Register.RSP && instruction.MemoryIndex == Register.None:
                Grow(state, -(long)instruction.MemoryDisplacement64, fromStack);
                return false;
            case Mnemonic.Cmp or Mnemonic.Test:
                return false;
            default:
                return fromStack;
        }
    }

    private static void Grow(FrameState state, long bytes, bool fromStack)
    {
        if (fromStack)
            state.CfaOffset += bytes;
    }

    private void RememberSaved(Register register, FrameState state)
    {
        bool calleeSaved = register is Register.RBX or Register.RBP or Register.R12 or Register.R13 or Register.R14 or Register.R15;
        if (calleeSaved || IsSignalFrame)
            state.Rules.TryAdd(FrameState.Number(register), new FrameRule(FrameRuleKind.Offset, -state.CfaOffset));
    }

    private static void ForgetSaved(Register register, FrameState state)
    {
        int number = FrameState.Number(register);
        if (state.Rules.TryGetValue(number, out FrameRule rule) && rule == new FrameRule(FrameRuleKind.Offset, -state.CfaOffset))
            state.Rules.Remove(number);
    }
}
