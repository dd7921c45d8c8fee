using Iced.Intel;

namespace AzaleaOS.Build.Assembler;

/// <summary>Where a caller's register is.</summary>
internal enum FrameRuleKind
{
    /// <summary>In memory, at the CFA plus the value.</summary>
    Offset,

    /// <summary>In the register of that DWARF number.</summary>
    Register,

    /// <summary>Nowhere.</summary>
    Undefined,
}

/// <summary>Where one of the caller's registers is. A register without a rule is as it was.</summary>
internal readonly record struct FrameRule(FrameRuleKind Kind, long Value);

/// <summary>The caller's frame as seen from one instruction.</summary>
internal sealed class FrameState
{
    /// <summary>DWARF number of the return address.</summary>
    internal const int ReturnAddress = 16;

    /// <summary>DWARF number of rsp.</summary>
    internal const int StackPointer = 7;

    /// <summary>The register that the CFA is counted from.</summary>
    internal int CfaRegister { get; set; } = StackPointer;

    /// <summary>Bytes from that register up to the CFA.</summary>
    internal long CfaOffset { get; set; } = 8;

    /// <summary>By DWARF number.</summary>
    internal SortedDictionary<int, FrameRule> Rules { get; } = new() { [ReturnAddress] = new FrameRule(FrameRuleKind.Offset, -8) };

    /// <summary>DWARF's number of a register. Source: System V ABI for AMD64, figure 3.36.</summary>
    internal static int Number(Register register) => register switch
    {
        Register.RAX => 0,
        Register.RDX => 1,
        Register.RCX => 2,
        Register.RBX => 3,
        Register.RSI => 4,
        Register.RDI => 5,
        Register.RBP => 6,
        Register.RSP => StackPointer,
        >= Register.R8 and <= Register.R15 => 8 + (register - Register.R8),
        Register.RIP => ReturnAddress,
        _ => throw new ArgumentException($"{register} is no 64-bit general register and not rip", nameof(register)),
    };

    /// <summary>Back to the state of a called function's first byte.</summary>
    internal void Clear()
    {
        CfaRegister = StackPointer;
        CfaOffset = 8;
        Rules.Clear();
        Rules[ReturnAddress] = new FrameRule(FrameRuleKind.Offset, -8);
    }

    internal FrameState Copy()
    {
        var copy = new FrameState { CfaRegister = CfaRegister, CfaOffset = CfaOffset };
        copy.Rules.Clear();
        foreach ((int register, FrameRule rule) in Rules)
            copy.Rules.Add(register, rule);
        return copy;
    }

    internal bool SameAs(FrameState other)
        => CfaRegister == other.CfaRegister && CfaOffset == other.CfaOffset && Rules.SequenceEqual(other.Rules);
}

/// <summary>The frames of a stretch of code.</summary>
/// <param name="Start">Its first byte, from the method's start.</param>
/// <param name="Length">In bytes.</param>
/// <param name="IsSignalFrame">It runs on behalf of interrupted code.</param>
/// <param name="Rows">The state before each instruction; offsets from <paramref name="Start"/>.</param>
internal sealed record FrameTable(int Start, int Length, bool IsSignalFrame, IReadOnlyList<(int Offset, FrameState State)> Rows);
