using Iced.Intel;

namespace AzaleaOS.Promotion;

/// <summary>Whether code may read the arithmetic flags that were there before it.</summary>
internal static class Flags
{
    private const RflagsBits Arithmetic = RflagsBits.OF | RflagsBits.SF | RflagsBits.ZF | RflagsBits.AF | RflagsBits.CF | RflagsBits.PF;
    private const RflagsBits Any = Arithmetic | RflagsBits.DF | RflagsBits.IF | RflagsBits.AC;
    private const int Farthest = 64;
    private const int LongestInstruction = 15;

    /// <summary>True unless every flag is written before it is read. Between functions no flag means anything.</summary>
    internal static bool MayBeRead(CodeMap code, ulong address)
    {
        RflagsBits written = RflagsBits.None;
        var visited = new HashSet<ulong>();
        for (int i = 0; i < Farthest; i++)
        {
            if (!visited.Add(address))
                return false; // round and round without a condition
            if (!code.Boundaries.Contains(address) || !code.IsCertain(address))
                return true;
            Instruction instruction = code.DecoderAt(new AddressRange(address, address + LongestInstruction)).Decode();
            if (instruction.Code == Code.Syscall)
            {
                // It keeps the flags.
                address = instruction.NextIP;
                continue;
            }

            if (instruction.IsInvalid || (instruction.RflagsRead & Any & ~written) != 0)
                return true;
            written |= instruction.RflagsModified;
            if ((written & Arithmetic) == Arithmetic)
                return false;
            switch (instruction.FlowControl)
            {
                case FlowControl.Next:
                    address = instruction.NextIP;
                    break;
                case FlowControl.UnconditionalBranch:
                    address = instruction.NearBranchTarget;
                    break;
                case FlowControl.Return or FlowControl.Call or FlowControl.IndirectCall:
                    return false;
                case FlowControl.Exception or FlowControl.Interrupt when instruction.Mnemonic is Mnemonic.Ud2 or Mnemonic.Int3:
                    return false;
                default:
                    return instruction.Mnemonic != Mnemonic.Hlt;
            }
        }

        return true;
    }
}
